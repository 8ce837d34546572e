#include "storage/rest/object_upload.hpp"

#include "storage/error.hpp"
#include "storage/http/encoding.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

// What may hide a success behind it.
bool is_uncertain(const error_code& e) {
    return e == errc::unavailable || e == errc::throttled || e == errc::not_found ||
           e == errc::already_exists || e == errc::precondition_failed;
}

stored stored_of(const object_head& object) {
    stored s;
    s.etag = object.etag;
    s.etag_is_md5 = object.etag_is_md5;
    s.crc64 = object.crc64;
    return s;
}

} // namespace

object_upload::object_upload(std::shared_ptr<const bucket_access> bucket, upload_request request,
                             const asio::any_io_executor& executor)
    : bucket_(std::move(bucket)), request_(std::move(request)),
      plan_(bucket_->client.speech().bounds(), bucket_->settings.part_size,
            bucket_->settings.largest_part, request_.expected_size),
      memory_(bucket_->memory->join()),
      parts_(std::make_shared<upload_parts>(bucket_, request_.key, executor)),
      on_stop_(request_.stop, [parts = parts_] { parts->stop(); }) {}

object_upload::~object_upload() {
    give_up();
}

void object_upload::give_up() {
    if (!std::exchange(ended_, true))
        parts_->abort();
}

// Whole uploads replace each other in any order; an append must see what it adds to.
key_locks::share object_upload::turn_wanted() const {
    return kept_etag_ ? key_locks::share::alone : key_locks::share::with_others;
}

// A small object is told its MD5 before it replaces another; parts may be compared afterwards.
part_buffer& object_upload::current() {
    if (!current_) {
        const bool crc = bucket_->client.speech().tells_crc64();
        const auto wanted = !crc                   ? part_buffer::sums::md5
                            : parts_->count() == 0 ? part_buffer::sums::both
                                                   : part_buffer::sums::crc64;
        current_ = std::make_unique<part_buffer>(plan_.size(parts_->count() + 1), wanted);
    }
    return *current_;
}

object_attributes object_upload::attributes() const {
    auto all = bucket_->attributes_of(request_.key);
    if (!request_.content_type.empty())
        all.content_type = request_.content_type;
    return all;
}

awaitable<result<>> object_upload::send_current() {
    if (!parts_->begun()) {
        const auto begun = co_await parts_->begin(attributes(), request_.existing);
        if (!begun)
            co_return begun.error();
    }
    co_return co_await parts_->send(std::move(current_));
}

// Memory for the next bytes. When there is none left, what could be a part becomes one.
awaitable<result<>> object_upload::make_room() {
    auto chunk = bucket_->memory->try_take(memory_);
    if (!chunk && current().size() >= bucket_->client.speech().bounds().smallest_part) {
        const auto sent = co_await send_current();
        if (!sent)
            co_return sent.error();
    }
    if (!chunk)
        chunk = co_await bucket_->memory->take(memory_, parts_->stop_token());
    if (!chunk)
        co_return error_code(asio::error::operation_aborted);
    current().add(std::move(chunk));
    co_return result<>();
}

// Space for at least one byte in the current part; the part before is on its way.
awaitable<result<>> object_upload::make_space() {
    if (current().full()) {
        const auto sent = co_await send_current();
        if (!sent)
            co_return sent.error();
    }
    if (current().needs_chunk())
        co_return co_await make_room();
    co_return result<>();
}

awaitable<result<>> object_upload::write(std::span<const char> bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
        const auto ready = co_await make_space();
        if (!ready)
            co_return ready.error();
        bytes = bytes.subspan(current().append(bytes));
    }
    co_return result<>();
}

awaitable<result<std::size_t>> object_upload::receive_from(direct_socket& socket) {
    const auto ready = co_await make_space();
    if (!ready)
        co_return ready.error();
    const auto n = socket.receive_now(current().space());
    if (n) {
        current().filled(*n);
        size_ += *n;
    }
    co_return n;
}

awaitable<result<>> object_upload::keep(const object_head& kept, std::uint64_t size) {
    kept_etag_ = kept.etag;
    if (size < bucket_->client.speech().bounds().smallest_part)
        co_return co_await read_kept(kept.etag, size);
    co_return co_await copy_parts(request_.key, kept.etag, size);
}

awaitable<result<>> object_upload::copy(std::string from, const object_head& version) {
    co_return co_await copy_parts(std::move(from), version.etag, version.size);
}

awaitable<result<>> object_upload::read_kept(const std::string& etag, std::uint64_t size) {
    auto from = co_await bucket_->client.get(request_.key, 0, etag, parts_->stop_token());
    if (!from)
        co_return from.error();
    std::vector<char> buffer(64 << 10);
    while (size_ < size) {
        const auto wanted = std::min<std::uint64_t>(buffer.size(), size - size_);
        const std::span space(buffer.data(), static_cast<std::size_t>(wanted));
        const auto n = co_await from->stream->read_some(space);
        if (!n || *n == 0)
            co_return errc::unavailable;
        const auto written = co_await write(space.first(*n));
        if (!written)
            co_return written.error();
    }
    co_return result<>();
}

awaitable<result<>> object_upload::copy_parts(std::string from, std::string etag,
                                              std::uint64_t size) {
    const auto& bounds = bucket_->client.speech().bounds();
    const auto begun = co_await parts_->begin(attributes(), request_.existing);
    if (!begun)
        co_return begun.error();
    const auto most = std::min(bounds.largest_copy, bounds.largest_part);
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

awaitable<result<put_result>> object_upload::put_whole() {
    auto& whole = current();
    whole.finish();
    const auto turn = co_await bucket_->locks->wait(request_.key, turn_wanted());
    const auto kept = co_await still_kept();
    if (!kept)
        co_return kept.error();
    auto sum = http::to_base64(whole.md5());
    auto pieces = whole.pieces();
    auto s = co_await bucket_->client.put(request_.key, attributes(), request_.existing,
                                          std::move(sum), std::move(pieces), parts_->stop_token());
    if (!s && !is_uncertain(s.error()))
        co_return s.error();
    if (!s || contradicts(*s, whole)) { // the answer was lost, or is another's
        const error_code failed = s ? make_error_code(errc::checksum_mismatch) : s.error();
        const auto there = co_await bucket_->client.head(request_.key);
        if (!there || there->size != size_ || !proves(stored_of(*there), whole))
            co_return failed;
        s = stored_of(*there);
    }
    put_result stored;
    stored.size = size_;
    stored.etag = s->etag;
    stored.crc64 = s->crc64;
    co_return stored;
}

// An append to what somebody else has replaced meanwhile would undo that. And not every store knows
// the condition that there be nothing yet (Ceph ignores it for parts, Swift knows none).
awaitable<result<>> object_upload::still_kept() {
    const bool must_be_new = request_.existing == overwrite::refused && parts_->begun();
    if (!kept_etag_ && !must_be_new)
        co_return result<>();
    const auto there = co_await bucket_->client.head(request_.key);
    if (!there && there.error() != errc::not_found)
        co_return there.error();
    if (must_be_new && there)
        co_return errc::already_exists;
    if (kept_etag_ && (there ? there->etag : std::string()) != *kept_etag_)
        co_return errc::precondition_failed;
    co_return result<>();
}

awaitable<result<put_result>> object_upload::complete() {
    const auto ready = co_await parts_->finish();
    if (!ready)
        co_return ready.error();
    const auto turn = co_await bucket_->locks->wait(request_.key, turn_wanted());
    const auto kept = co_await still_kept();
    if (!kept)
        co_return kept.error();
    put_result stored;
    stored.size = size_;
    const auto s = co_await parts_->complete(request_.existing);
    if (s) {
        stored.etag = s->etag;
        stored.crc64 = s->crc64;
        co_return stored;
    }
    if (!is_uncertain(s.error()))
        co_return s.error();
    // The answer was lost, or says too little: Ceph's has an empty ETag.
    const auto there = co_await bucket_->client.head(request_.key);
    if (!there || !parts_->make_up(*there, size_))
        co_return s.error() == errc::not_found ? make_error_code(errc::unavailable) : s.error();
    stored.etag = there->etag;
    stored.crc64 = there->crc64;
    co_return stored;
}

awaitable<result<put_result>> object_upload::commit(std::span<const char> last) {
    size_ += last.size();
    auto& end = current();
    if (!last.empty())
        end.append_last(last);
    result<put_result> stored = error_code(errc::unavailable);
    if (!parts_->begun()) {
        stored = co_await put_whole();
    } else {
        result<> sent;
        if (end.size() > 0)
            sent = co_await send_current();
        if (sent)
            stored = co_await complete();
        else
            stored = sent.error();
        // The last bytes are the caller's: nobody may read them any more.
        if (!stored)
            co_await parts_->settle();
    }
    if (stored)
        ended_ = true;
    co_return stored;
}

awaitable<void> object_upload::abort() {
    give_up();
    co_return;
}

} // namespace objftpd::storage::rest
