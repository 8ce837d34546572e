#include "storage/rest/object_download.hpp"

#include "config/ascii_text.hpp"
#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/checksum/crc64.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::storage::rest {
object_download::object_download(std::shared_ptr<const bucket_access> bucket, std::string key,
                                 opened_object opened, std::uint64_t offset, std::stop_token stop)
    : bucket_(std::move(bucket)), key_(std::move(key)), stream_(std::move(opened.stream)),
      position_(offset), stop_(std::move(stop)) {
    info_.key = key_;
    info_.size = opened.head.size;
    info_.modified = opened.head.modified;
    info_.etag = std::move(opened.head.etag);
    info_.content_type = std::move(opened.head.content_type);
    info_.crc64 = opened.head.crc64;
    if (offset != 0)
        return;
    if (info_.crc64)
        crc64_ = 0;
    else if (opened.head.etag_is_md5)
        md5_.emplace();
}

awaitable<result<>> object_download::open_again() {
    stream_.reset();
    auto again = co_await bucket_->client.get(key_, position_, info_.etag, stop_);
    if (!again)
        co_return again.error();
    if (again->head.size != info_.size || again->head.etag != info_.etag)
        co_return errc::precondition_failed;
    stream_ = std::move(again->stream);
    co_return result<>();
}

result<> object_download::check() {
    if (std::exchange(checked_, true))
        return {};
    const bool same =
        (!crc64_ || *crc64_ == *info_.crc64) &&
        (!md5_ || config::equal_ignoring_case(http::to_hex(md5_->finish()), info_.etag));
    if (same)
        return {};
    config::log::error(
        "a download does not match the checksum that the store has of it",
        {{"key", key_}, {"etag", info_.etag}, {"advice", "compare the object with its source"}});
    return errc::checksum_mismatch;
}

awaitable<result<std::size_t>> object_download::read_some(std::span<char> buffer) {
    while (remaining() > 0) {
        error_code failed = errc::unavailable;
        if (stream_) {
            const auto n = co_await stream_->read_some(buffer);
            if (n && *n > 0 && *n <= remaining()) {
                attempts_ = 0;
                position_ += *n;
                if (crc64_)
                    crc64_ = crc64(*crc64_, buffer.data(), *n);
                if (md5_)
                    md5_->update(buffer.data(), *n);
                if (remaining() == 0)
                    if (const auto sound = check(); !sound)
                        co_return sound.error();
                co_return *n;
            }
            if (!n)
                failed = n.error();
        }
        if (stop_.stop_requested() || failed == asio::error::operation_aborted)
            co_return error_code(asio::error::operation_aborted);
        if (++attempts_ >= bucket_->settings.download_attempts)
            co_return errc::unavailable;
        config::log::warning("a download broke and goes on",
                             {{"key", key_}, {"at", position_}, {"error", failed.message()}});
        if (attempts_ > 1)
            co_await sleep_for(std::chrono::milliseconds(200) * attempts_, stop_);
        const auto again = co_await open_again();
        if (!again && again.error() != errc::unavailable && again.error() != errc::throttled)
            co_return again.error();
    }
    co_return std::size_t{0};
}

} // namespace objftpd::storage::rest
