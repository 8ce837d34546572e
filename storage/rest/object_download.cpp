#include "storage/rest/object_download.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"

namespace objftpd::storage::rest {

object_download::object_download(std::shared_ptr<const bucket_access> bucket, std::string key,
                                 opened_object opened, std::uint64_t offset,
                                 const asio::any_io_executor& executor, std::stop_token stop)
    : remaining_(opened.head.size - offset) {
    if (offset == 0)
        whole_.emplace(opened.head);
    info_.key = std::move(key);
    info_.size = opened.head.size;
    info_.modified = opened.head.modified;
    info_.etag = std::move(opened.head.etag);
    info_.content_type = std::move(opened.head.content_type);
    info_.crc64 = opened.head.crcs.find(crc_kind::crc64);
    const auto version = std::make_shared<const object_version>(info_.key, info_.etag, info_.size);
    if (opened.stream && opened.end < info_.size)
        ahead_ = std::make_unique<read_ahead>(std::move(bucket), version, offset, opened.end,
                                              std::move(opened.stream), executor, std::move(stop));
    else
        range_ = std::make_unique<object_range>(std::move(bucket), version, offset, info_.size,
                                                std::move(opened.stream), std::move(stop));
}

result<> object_download::check() {
    if (!whole_ || whole_->holds())
        return {};
    config::log::error("a download does not match the checksum that the store has of it",
                       {{"key", info_.key},
                        {"etag", info_.etag},
                        {"advice", "compare the object with its source"}});
    return errc::checksum_mismatch;
}

awaitable<result<std::size_t>> object_download::read_some(std::span<char> buffer) {
    if (remaining_ == 0)
        co_return std::size_t{0};
    result<std::size_t> n = std::size_t{0};
    if (ahead_)
        n = co_await ahead_->read_some(buffer);
    else
        n = co_await range_->read_some(buffer);
    if (!n)
        co_return n;
    if (*n == 0)
        co_return errc::unavailable;
    if (whole_)
        whole_->add(buffer.first(*n));
    remaining_ -= *n;
    if (remaining_ == 0)
        if (const auto sound = check(); !sound)
            co_return sound.error();
    co_return n;
}

} // namespace objftpd::storage::rest
