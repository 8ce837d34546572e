#include "storage/error.hpp"
#include "storage/rest/kept_attributes.hpp"
#include "storage/rest/object_download.hpp"
#include "storage/rest/object_upload.hpp"

#include <algorithm>

// What an upload begins with that its client does not send: the object that is appended to, what
// broke off, or the object that is copied.
namespace objftpd::storage::rest {

awaitable<result<>> object_upload::keep(const object_head& kept, std::uint64_t size) {
    stands_ = kept;
    const auto taken_over = co_await take_over(request_.key, kept);
    if (!taken_over)
        co_return taken_over;
    const auto& speech = bucket_->client.speech();
    std::erase_if(kept_->kept, [&](const http::header& h) { return tells_of_content(h, speech); });
    const auto& bounds = speech.bounds();
    // It begins with what the client has not sent: its owner must not find it as what broke off.
    const upload_mark mark_of_nobody(request_.key, std::string());
    plan_ = part_plan(bounds, bucket_->settings.part_size, bucket_->settings.largest_part,
                      request_.expected_size, mark_of_nobody);
    const copy_plan plan(bounds, bucket_->largest_copy(), size, mark_of_nobody,
                         copy_plan::followed_by::parts);
    if (plan.count() == 0)
        co_return co_await read_kept(kept, size);
    const auto copied = co_await copy_parts(request_.key, kept.etag, plan);
    size_ = size;
    if (copied && size == kept.size)
        parts_->know_checksums(kept.crcs);
    co_return copied;
}

void object_upload::go_on(const unfinished_upload& with, unsigned count) {
    keep_nothing();
    goes_on_ = true;
    plan_ = part_plan(bucket_->client.speech().bounds(), with.parts.front().size,
                      bucket_->settings.largest_part);
    parts_->go_on(with, count, attributes().acl);
    for (const auto& part : std::span(with.parts).first(count))
        size_ += part.size;
}

awaitable<result<>> object_upload::copy(std::string from, const object_head& version) {
    source_ = version;
    const auto taken_over = co_await take_over(from, version);
    if (!taken_over)
        co_return taken_over;
    const upload_mark mark_of_nobody(request_.key, std::string());
    const copy_plan plan(bucket_->client.speech().bounds(), bucket_->largest_copy(), version.size,
                         mark_of_nobody, copy_plan::followed_by::nothing);
    const auto copied = co_await copy_parts(std::move(from), version.etag, plan);
    size_ = version.size;
    if (copied)
        parts_->know_checksums(version.crcs);
    co_return copied;
}

awaitable<result<>> object_upload::take_over(std::string key, const object_head& version) {
    auto all = co_await attributes_of(bucket_, key, version, acl_of_copies(*bucket_));
    if (!all)
        co_return all.error();
    auto tags = co_await tags_of(bucket_, std::move(key), version);
    if (!tags)
        co_return tags.error();
    kept_ = std::move(*all);
    kept_->tags = as_header(*tags);
    kept_tags_ = std::move(*tags);
    co_return result<>();
}

awaitable<result<>> object_upload::read_kept(const object_head& kept, std::uint64_t size) {
    const auto stop = parts_->stop_token();
    auto opened = co_await bucket_->client.get(request_.key, 0, kept.etag, stop);
    if (!opened)
        co_return opened.error();
    object_download from(bucket_, request_.key, std::move(*opened), 0, executor_, stop);
    // A small object is read to its end even if not all of it is kept: then its checksum is known.
    const bool to_the_end = kept.size <= bucket_->client.speech().bounds().smallest_part;
    std::vector<char> buffer(64 << 10);
    while (size_ < size || (to_the_end && from.remaining() > 0)) {
        const auto n = co_await from.read_some(buffer);
        if (!n)
            co_return n.error();
        if (*n == 0)
            co_return errc::unavailable;
        const auto wanted = std::min<std::uint64_t>(*n, size - size_);
        const std::span<const char> bytes(buffer.data(), static_cast<std::size_t>(wanted));
        const auto written = co_await write(bytes);
        if (!written)
            co_return written.error();
    }
    co_return result<>();
}

awaitable<result<>> object_upload::copy_parts(std::string from, std::string etag,
                                              const copy_plan& plan) {
    if (plan.count() > bucket_->client.speech().bounds().most_parts)
        co_return errc::too_large;
    const auto begun = co_await parts_->begin(attributes(), existing());
    if (!begun)
        co_return begun.error();
    const copy_source version(std::move(from), std::move(etag));
    parts_->copy(version, plan);
    co_return result<>();
}

} // namespace objftpd::storage::rest
