#include "storage/rest/object_upload.hpp"

#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

// Whether the same may succeed when the client comes again.
bool may_pass(const error_code& e) {
    return e == errc::unavailable || e == errc::throttled || e == errc::refused_credentials ||
           e == asio::error::operation_aborted;
}

} // namespace

object_upload::object_upload(std::shared_ptr<const bucket_access> bucket, upload_request request,
                             const asio::any_io_executor& executor)
    : bucket_(std::move(bucket)), request_(std::move(request)), executor_(executor),
      plan_(bucket_->client.speech().bounds(), bucket_->settings.part_size,
            bucket_->settings.largest_part, request_.expected_size,
            upload_mark(request_.key, request_.owner)),
      memory_(bucket_->memory->join()),
      parts_(std::make_shared<upload_parts>(bucket_, request_.key, executor)),
      on_stop_(request_.stop, [parts = parts_, is_kept = !request_.owner.empty()] {
          if (is_kept)
              parts->interrupt();
          else
              parts->stop();
      }) {}

object_upload::~object_upload() {
    give_up();
}

// What was there before is not lost by an attempt to go on.
void object_upload::give_up() {
    if (!std::exchange(ended_, true) && !goes_on_)
        parts_->abandon();
}

// Whole uploads replace each other in any order; what depends on what stands there must see it.
awaitable<void> object_upload::wait_for_turn() {
    if (source_) // whoever copies has it
        co_return;
    const bool depends = stands_ || request_.existing == overwrite::refused;
    if (!turn_)
        turn_.emplace(bucket_->locks->reserve(
            request_.key, depends ? key_locks::share::alone : key_locks::share::with_others));
    co_await turn_->reached();
}

// Its last request may reach the store late. Nothing that is done with the name from now on may be
// undone by that.
void object_upload::leave() {
    left_.request_stop();
    if (turn_)
        turn_->keep_alone();
    else if (!source_ && !ended_)
        turn_.emplace(bucket_->locks->reserve(request_.key, key_locks::share::alone));
}

overwrite object_upload::existing() const {
    const bool nothing_stands = stands_ && stands_->etag.empty();
    return nothing_stands ? overwrite::refused : request_.existing;
}

// What is damaged must not replace another object: the store is sent what it compares by itself.
// Parts may be compared afterwards.
part_buffer& object_upload::current() {
    if (!current_) {
        part_buffer::sums wanted;
        wanted.crc = parts_->checksum();
        // Nor may the store have damaged parts that somebody goes on with after a crash.
        const bool at_once = parts_->count() == 0 || !request_.owner.empty();
        const bool sends = bucket_->client.speech().sends_checksums();
        const bool may_be_ignored = sends && parts_->begun() && !parts_->is_kept();
        wanted.md5 = !wanted.crc || may_be_ignored || (at_once && !sends);
        current_ = std::make_unique<part_buffer>(plan_.size(parts_->count() + 1), wanted);
    }
    return *current_;
}

object_attributes object_upload::attributes() const {
    if (kept_)
        return *kept_;
    auto all = bucket_->attributes_of(request_.key);
    if (!request_.content_type.empty())
        all.content_type = request_.content_type;
    return all;
}

awaitable<result<>> object_upload::send_current() {
    if (!parts_->begun()) {
        const auto begun = co_await parts_->begin(attributes(), existing());
        if (!begun)
            co_return begun.error();
    }
    co_return co_await parts_->send(std::move(current_));
}

bool object_upload::may_be_part() const {
    return current_->size() >= bucket_->client.speech().bounds().smallest_part;
}

// Short parts use up the numbers of which there are not many: half of what there is memory for
// keeps the store busy while the other half fills. A short first one carries no mark: an upload
// that began when there was no memory left is nobody's to go on with.
bool object_upload::is_worth_a_number() const {
    constexpr unsigned plenty = 1000;
    if (parts_->count() < plenty)
        return true;
    const auto wanted =
        std::min<std::uint64_t>(plan_.size(parts_->count() + 1), bucket_->memory->within_reach());
    return current_->size() >= wanted / 2;
}

// Memory for the next bytes. When there is none left, what could be a part becomes one; a small one
// only when nothing else helps.
awaitable<result<>> object_upload::make_room() {
    auto chunk = bucket_->memory->try_take(memory_);
    if (!chunk && may_be_part() && !is_worth_a_number())
        chunk = co_await bucket_->memory->take_unless_in_vain(memory_, current_->size(),
                                                              parts_->stop_token());
    if (!chunk && may_be_part()) {
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
    if (const auto failed = parts_->failed())
        co_return failed;
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

put_result object_upload::result_of(const stored& object) const {
    put_result made;
    made.size = size_;
    made.etag = object.etag;
    made.crc64 = object.crcs.find(crc_kind::crc64);
    return made;
}

awaitable<result<put_result>> object_upload::commit(std::span<const char> last) {
    size_ += last.size();
    auto& end = current();
    if (!last.empty())
        end.append_last(last);
    // Unfinished uploads never show all of a file: its client would take it for stored. The last
    // part is not counted because it is shorter; where it is not, nothing is kept.
    const bool is_full = end.size() == 0 || end.full();
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
            co_await parts_->settle(!request_.owner.empty() && may_pass(stored.error()));
    }
    turn_.reset();
    ended_ = stored.has_value();
    if (stored)
        remove_older();
    else
        refused_ = is_full || !may_pass(stored.error());
    if (!stored && existing() != request_.existing && stored.error() == errc::already_exists)
        co_return errc::precondition_failed; // somebody was faster with the first bytes
    co_return stored;
}

// What is added to something else cannot be told from it in the store.
bool object_upload::may_be_kept() const {
    const bool adds = stands_ && !stands_->etag.empty();
    return !request_.owner.empty() && !adds && !refused_;
}

// Then nobody is shown what there is of the upload.
awaitable<bool> object_upload::has_file() const {
    const auto there = co_await bucket_->client.head(request_.key);
    co_return there.has_value();
}

awaitable<void> object_upload::suspend() {
    bool keeps = may_be_kept() && parts_->count() > 0;
    if (keeps)
        keeps = !(co_await has_file());
    if (!keeps)
        co_await abort();
    else if (!std::exchange(ended_, true))
        co_await parts_->keep(upload_mark(request_.key, request_.owner));
}

// What has broken off before would come into sight again when this object is gone.
void object_upload::remove_older() {
    if (request_.owner.empty())
        return;
    asio::co_spawn(executor_, remove_unfinished(bucket_, request_.key, request_.owner),
                   [](std::exception_ptr, result<>) {});
}

awaitable<void> object_upload::abort() {
    if (!std::exchange(ended_, true))
        co_await parts_->abort();
}

} // namespace objftpd::storage::rest
