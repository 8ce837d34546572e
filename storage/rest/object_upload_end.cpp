#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/kept_attributes.hpp"
#include "storage/rest/object_upload.hpp"

#include <utility>

// What the store is asked at an upload's end, and what its answer, or a lost one, means.
namespace objftpd::storage::rest {

// An append to what somebody else has replaced meanwhile would undo that. And not every store knows
// the condition that there be nothing yet: Swift knows none, Ceph ignores it for parts, OSS in
// buckets that keep versions.
awaitable<result<>> object_upload::still_stands() {
    if (!stands_ && request_.existing == overwrite::allowed)
        co_return result<>();
    const auto there = co_await bucket_->client.head(request_.key, stage::under_way);
    const bool unseen = !there && there.error() != errc::not_found;
    if (!stands_) {
        if (there)
            co_return errc::already_exists;
        if (unseen && !is_refusal(there.error()))
            co_return there.error();
        co_return result<>(); // who may not look relies on the condition
    }
    if (unseen)
        co_return there.error();
    if ((there ? there->etag : std::string()) != stands_->etag)
        co_return errc::precondition_failed;
    co_return result<>();
}

awaitable<result<put_result>> object_upload::put_whole() {
    auto& whole = current();
    whole.finish();
    co_await wait_for_turn();
    const auto stands = co_await still_stands();
    if (!stands)
        co_return stands.error();
    body_checksums sums;
    sums.crc = whole.crc();
    if (whole.has_md5())
        sums.md5 = http::to_base64(whole.md5());
    auto pieces = whole.pieces();
    // Not to be stopped: an answer that nobody waits for would leave it open what stands there.
    const auto made =
        co_await bucket_->client.put(request_.key, attributes(), existing(), std::move(sums),
                                     std::move(pieces), stage::under_way, left_.get_token());
    auto said = evidence::none;
    if (made.outcome)
        said = co_await compare(*made.outcome, whole);
    if (said == evidence::proves || (said == evidence::none && made.outcome && whole.has_md5()))
        co_return result_of(*made.outcome);
    if (said == evidence::none && made.outcome)
        config::log::error("the store tells nothing of the checksum that it was sent",
                           {{"key", request_.key}, {"advice", "take checksum = \"md5\""}});
    const auto failed =
        made.outcome ? make_error_code(errc::checksum_mismatch) : made.outcome.error();
    if (!made.outcome && !made.may_have_worked)
        co_return failed;
    co_return co_await settle_whole(whole, failed);
}

// The answer was lost or contradicts the bytes. What the store tells only to who asks for it, and
// may decrypt, is asked for when nothing else tells.
awaitable<result<put_result>> object_upload::settle_whole(part_buffer& whole, error_code failed) {
    for (const auto wanted : {checksums::as_told, checksums::asked_for}) {
        const auto there = co_await bucket_->client.head(request_.key, stage::under_way, wanted);
        if (!there || there->size != size_)
            break;
        const auto said = co_await compare(*there, whole);
        if (said == evidence::proves)
            co_return result_of(*there);
        if (said == evidence::contradicts || !bucket_->client.speech().sends_checksums())
            break;
    }
    co_return failed;
}

// The answer was lost or contradicts the parts.
awaitable<result<put_result>> object_upload::settle_completion(attempt made) {
    const auto said_of = [this](const result<object_head>& there) {
        const bool fits = there && there->size == size_;
        return fits ? parts_->compare(*there) : evidence::contradicts;
    };
    const auto wanted = made.outcome ? checksums::asked_for : checksums::as_told;
    auto there = co_await bucket_->client.head(request_.key, stage::under_way, wanted);
    auto said = said_of(there);
    if (said == evidence::none && !made.outcome && bucket_->client.speech().sends_checksums()) {
        auto more =
            co_await bucket_->client.head(request_.key, stage::under_way, checksums::asked_for);
        if (more) { // else it tells no more than before
            said = said_of(more);
            there = std::move(more);
        }
    }
    if (said == evidence::proves)
        co_return result_of(*there);
    if (made.outcome)
        co_return errc::checksum_mismatch;
    const bool replaced = there && (!stands_ || there->etag != stands_->etag);
    if (said == evidence::none && replaced) {
        const bool is_ended = co_await parts_->is_ended();
        if (is_ended)
            co_return result_of(*there);
    }
    const auto failed = made.outcome.error();
    co_return failed == errc::not_found ? make_error_code(errc::unavailable) : failed;
}

// The source has all that its copy lacks. Who may not replace this one could never try again; who
// may does, and without it nothing would be there: what it has replaced is gone.
awaitable<void> object_upload::take_back(const put_result& copy) {
    if (request_.existing == overwrite::allowed)
        co_return;
    const auto there = co_await bucket_->client.head(request_.key, stage::under_way);
    const bool is_ours = there && (copy.etag.empty() ? parts_->compare(*there) == evidence::proves
                                                     : there->etag == copy.etag);
    auto failed = there || there.error() == errc::not_found ? error_code() : there.error();
    if (is_ours) {
        const auto removed = co_await bucket_->client.remove(request_.key);
        failed = removed ? error_code() : removed.error();
    }
    if (failed)
        config::log::warning(
            "a copy without its tags is still there",
            {{"key", request_.key}, {"error", failed.message()}, {"advice", "delete it"}});
}

awaitable<result<put_result>> object_upload::complete() {
    const auto ready = co_await parts_->finish();
    if (!ready)
        co_return ready.error();
    co_await wait_for_turn();
    const auto stands = co_await still_stands();
    if (!stands)
        co_return stands.error();
    // The store has compared each part's bytes, and makes the object of those parts and no others:
    // that it tells nothing of the whole (Ceph's ETag is empty) takes nothing from that.
    auto made = co_await parts_->complete(existing(), left_.get_token());
    if (!made.outcome && !made.may_have_worked)
        co_return made.outcome.error();
    result<put_result> ended = error_code(errc::unavailable);
    if (made.outcome && parts_->compare(*made.outcome) != evidence::contradicts)
        ended = result_of(*made.outcome);
    else
        ended = co_await settle_completion(std::move(made));
    if (!ended)
        co_return ended.error();
    parts_->end();
    const auto tagged = co_await keep_tags(bucket_, request_.key, kept_tags_);
    if (!tagged)
        config::log::warning(source_ ? "an object was not copied: its tags cannot be"
                                     : "an object was appended to, and its tags are lost",
                             {{"key", request_.key},
                              {"tags", kept_->tags},
                              {"error", tagged.error().message()},
                              {"advice", source_ ? "let the server set tags" : "set them again"}});
    if (!tagged && source_) {
        co_await take_back(*ended);
        co_return tagged.error();
    }
    const auto sum = parts_->crc();
    if (!ended->crc64 && sum && sum->kind == crc_kind::crc64)
        ended->crc64 = sum->value;
    co_return ended;
}

} // namespace objftpd::storage::rest
