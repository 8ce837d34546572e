#include "storage/error.hpp"
#include "storage/rest/object_download.hpp"
#include "storage/rest/object_upload.hpp"

#include <algorithm>

// What an upload begins with that its client does not send: the object that is appended to, what
// broke off, or the object that is copied.
namespace objftpd::storage::rest {
namespace {

// What is copied in one request, so that none takes too long: bytes.
constexpr std::uint64_t usual_piece = 1ull << 30;

} // namespace

awaitable<result<>> object_upload::keep(const object_head& kept, std::uint64_t size) {
    stands_ = kept;
    if (size < bucket_->client.speech().bounds().smallest_part)
        co_return co_await read_kept(kept, size);
    const auto copied = co_await copy_parts(request_.key, kept.etag, size);
    if (copied && kept.crc64 && size == kept.size)
        parts_->know_crc64(*kept.crc64);
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
    const auto copied = co_await copy_parts(std::move(from), version.etag, version.size);
    if (copied && version.crc64)
        parts_->know_crc64(*version.crc64);
    co_return copied;
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
                                              std::uint64_t size) {
    const auto& bounds = bucket_->client.speech().bounds();
    const auto begun = co_await parts_->begin(attributes(), existing());
    if (!begun)
        co_return begun.error();
    const auto wanted = std::max(usual_piece, size / (bounds.most_parts / 2));
    const auto most = std::min({bounds.largest_copy, bounds.largest_part, wanted});
    const auto pieces = (size + most - 1) / most;
    for (std::uint64_t i = 0; i < pieces; ++i) { // of equal length: none is too short
        copy_source piece(from, etag);
        piece.first = size / pieces * i;
        piece.size = (i + 1 == pieces ? size : size / pieces * (i + 1)) - piece.first;
        const auto copied = co_await parts_->copy(std::move(piece));
        if (!copied)
            co_return copied.error();
    }
    size_ += size;
    co_return result<>();
}

} // namespace objftpd::storage::rest
