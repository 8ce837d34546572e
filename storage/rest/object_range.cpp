#include "storage/rest/object_range.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::rest {

object_range::object_range(std::shared_ptr<const bucket_access> bucket,
                           std::shared_ptr<const object_version> of, std::uint64_t first,
                           std::uint64_t end, std::unique_ptr<http::exchange> stream,
                           std::stop_token stop)
    : bucket_(std::move(bucket)), of_(std::move(of)), position_(first), end_(end),
      stream_(std::move(stream)), stop_(std::move(stop)) {}

awaitable<result<>> object_range::open() {
    const auto most = end_ == of_->size ? bucket_client::to_the_end : remaining();
    auto opened = co_await bucket_->client.get(of_->key, position_, of_->etag, stop_, most);
    if (!opened)
        co_return opened.error();
    if (opened->head.size != of_->size || opened->head.etag != of_->etag)
        co_return errc::precondition_failed;
    stream_ = std::move(opened->stream);
    co_return result<>();
}

awaitable<result<std::size_t>> object_range::read_some(std::span<char> buffer) {
    while (remaining() > 0) {
        if (!stream_) {
            const auto opened = co_await open();
            if (!opened)
                co_return opened.error();
        }
        const auto wanted = std::min<std::uint64_t>(buffer.size(), remaining());
        const auto n = co_await stream_->read_some(buffer.first(static_cast<std::size_t>(wanted)));
        if (n && *n > 0) {
            breaks_ = 0;
            position_ += *n;
            co_return *n;
        }
        const auto failed = n ? make_error_code(errc::unavailable) : n.error();
        if (stop_.stop_requested() || failed == asio::error::operation_aborted)
            co_return error_code(asio::error::operation_aborted);
        const bool may_be_another = of_->etag.empty(); // what is there then: nothing would tell
        if (may_be_another || ++breaks_ >= bucket_->settings.download_attempts)
            co_return errc::unavailable;
        config::log::warning("a download broke and goes on",
                             {{"key", of_->key}, {"at", position_}, {"error", failed.message()}});
        stream_.reset();
        if (breaks_ > 1)
            co_await sleep_for(std::chrono::milliseconds(200) * breaks_, stop_);
    }
    co_return std::size_t{0};
}

} // namespace objftpd::storage::rest
