#include "storage/rest/object_download.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "storage/checksum/crc64.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"

namespace objftpd::storage::rest {

object_download::object_download(std::shared_ptr<const bucket_access> bucket, std::string key,
                                 opened_object opened, std::uint64_t offset,
                                 const asio::any_io_executor& executor, std::stop_token stop)
    : remaining_(opened.head.size - offset) {
    info_.key = std::move(key);
    info_.size = opened.head.size;
    info_.modified = opened.head.modified;
    info_.etag = std::move(opened.head.etag);
    info_.content_type = std::move(opened.head.content_type);
    info_.crc64 = opened.head.crc64;
    const auto version = std::make_shared<const object_version>(info_.key, info_.etag, info_.size);
    if (opened.stream && opened.end < info_.size)
        ahead_ = std::make_unique<read_ahead>(std::move(bucket), version, offset, opened.end,
                                              std::move(opened.stream), executor, std::move(stop));
    else
        whole_ = std::make_unique<object_range>(std::move(bucket), version, offset, info_.size,
                                                std::move(opened.stream), std::move(stop));
    if (offset != 0)
        return;
    if (info_.crc64)
        crc64_ = 0;
    else if (opened.head.etag_is_md5)
        md5_.emplace();
}

void object_download::sum(std::span<const char> bytes) {
    if (crc64_)
        crc64_ = crc64(*crc64_, bytes.data(), bytes.size());
    if (md5_)
        md5_->update(bytes.data(), bytes.size());
}

result<> object_download::check() {
    const bool same =
        (!crc64_ || *crc64_ == *info_.crc64) &&
        (!md5_ || config::equal_ignoring_case(http::to_hex(md5_->finish()), info_.etag));
    if (same)
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
        n = co_await whole_->read_some(buffer);
    if (!n)
        co_return n;
    if (*n == 0)
        co_return errc::unavailable;
    sum(buffer.first(*n));
    remaining_ -= *n;
    if (remaining_ == 0)
        if (const auto sound = check(); !sound)
            co_return sound.error();
    co_return n;
}

} // namespace objftpd::storage::rest
