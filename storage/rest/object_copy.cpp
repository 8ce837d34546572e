#include "storage/rest/object_copy.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/refused_action.hpp"
#include "storage/rest/kept_attributes.hpp"
#include "storage/rest/native_rename.hpp"
#include "storage/rest/object_upload.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>

namespace objftpd::storage::rest {
namespace {

struct version_attempt : copy_attempt {
    explicit version_attempt(copy_attempt how, std::string v = {})
        : copy_attempt(std::move(how)), version(std::move(v)) {}
    explicit version_attempt(error_code failed) : copy_attempt(failed) {}

    std::string version; // the source's ETag
};

evidence evidence_of(bool is_same) {
    return is_same ? evidence::proves : evidence::contradicts;
}

evidence compare(const stored& made, const stored& source) {
    constexpr std::array longest_first{crc_kind::crc64, crc_kind::crc64nvme, crc_kind::crc32c,
                                       crc_kind::crc32};
    for (const auto kind : longest_first) {
        const auto crc = made.crcs.find(kind);
        const auto wanted = source.crcs.find(kind);
        if (crc && wanted)
            return evidence_of(*crc == *wanted);
    }
    if (!made.etag_is_md5 || !source.etag_is_md5)
        return evidence::none;
    return evidence_of(made.etag == source.etag);
}

// Who may not decrypt is told all but the checksums.
awaitable<result<object_head>>
head_with_checksums(const std::shared_ptr<const bucket_access>& bucket, std::string key) {
    auto head = co_await bucket->client.head(key, stage::beginning, checksums::asked_for);
    if (!head && is_refusal(head.error()))
        head = co_await bucket->client.head(std::move(key));
    co_return head;
}

awaitable<copy_attempt> copy_in_parts(const std::shared_ptr<const bucket_access>& bucket,
                                      copy_request wanted, const object_head& source) {
    upload_request request(std::move(wanted.to), wanted.existing);
    request.stop = std::move(wanted.stop);
    const auto executor = co_await asio::this_coro::executor;
    object_upload parts(bucket, std::move(request), executor);
    const auto begun = co_await parts.copy(std::move(wanted.from), source);
    if (!begun)
        co_return copy_attempt(begun.error());
    auto made = co_await parts.commit(std::span<const char>());
    const bool is_uncertain = !made && made.error() == condition::temporary;
    co_return copy_attempt(std::move(made), is_uncertain);
}

awaitable<copy_attempt> copy_at_once(const std::shared_ptr<const bucket_access>& bucket,
                                     copy_request wanted, const object_head& source, acl_of acl) {
    const auto attributes = co_await attributes_of(bucket, wanted.from, source, acl);
    if (!attributes)
        co_return copy_attempt(attributes.error());
    const copy_source version(wanted.from, source.etag);
    auto copy =
        co_await bucket->client.copy(version, wanted.to, *attributes, wanted.existing, wanted.stop);
    put_result made;
    made.size = source.size;
    if (copy.outcome) {
        if (compare(*copy.outcome, source) == evidence::contradicts)
            co_return copy_attempt(errc::checksum_mismatch, true);
        made.etag = std::move(copy.outcome->etag);
        const auto told = copy.outcome->crcs.find(crc_kind::crc64);
        made.crc64 = told ? told : source.crcs.find(crc_kind::crc64);
        co_return copy_attempt(std::move(made));
    }
    const auto failed = copy.outcome.error();
    // Of the two conditions, which one does not hold?
    const bool refused =
        wanted.existing == overwrite::refused && failed == errc::precondition_failed;
    if (!copy.may_have_worked && !refused)
        co_return copy_attempt(failed);
    const auto there = co_await bucket->client.head(wanted.to);
    if (there && copy.may_have_worked) { // else the same content would be somebody else's
        const auto said = co_await compare_objects(bucket, wanted.from, wanted.to);
        if (said && *said == evidence::proves) {
            made.etag = there->etag;
            made.crc64 = there->crcs.find(crc_kind::crc64);
            co_return copy_attempt(std::move(made));
        }
    }
    const auto why = refused && there ? make_error_code(errc::already_exists) : failed;
    co_return copy_attempt(why, copy.may_have_worked);
}

awaitable<version_attempt> copy_version(const std::shared_ptr<const bucket_access>& bucket,
                                        copy_request r) {
    if (r.stop.stop_requested())
        co_return version_attempt(error_code(asio::error::operation_aborted));
    const auto source = co_await bucket->client.head(r.from);
    if (!source)
        co_return version_attempt(source.error());
    if (source->is_link) // its own version is not told
        co_return version_attempt(make_error_code(errc::unsupported));
    if (r.existing == overwrite::refused) { // not every store knows the condition on copies
        const auto target = co_await bucket->client.head(r.to);
        if (target || target.error() != errc::not_found)
            co_return version_attempt(target ? make_error_code(errc::already_exists)
                                             : target.error());
    }
    const auto progress = r.progress;
    if (progress) {
        progress->total = 1;
        progress->bytes = source->size;
    }
    copy_attempt how(errc::unavailable);
    if (source->size > bucket->largest_copy())
        how = co_await copy_in_parts(bucket, std::move(r), *source);
    else
        how = co_await copy_at_once(bucket, std::move(r), *source, acl_of_copies(*bucket));
    if (how.outcome && progress)
        progress->done = 1;
    co_return version_attempt(std::move(how), source->etag);
}

awaitable<result<>> remove_version(const std::shared_ptr<const bucket_access>& bucket,
                                   std::string key, std::string version) {
    const auto still = co_await bucket->client.head(key);
    if (!still)
        co_return still.error() == errc::not_found ? result<>() : still.error();
    if (still->etag != version)
        co_return errc::precondition_failed;
    co_return co_await bucket->client.remove(std::move(key));
}

} // namespace

awaitable<result<put_result>> copy_object(std::shared_ptr<const bucket_access> bucket,
                                          copy_request request) {
    const auto turn =
        co_await bucket->locks->wait(request.to, key_locks::share::alone, request.stop);
    if (!turn)
        co_return turn.error();
    auto all = co_await copy_version(bucket, std::move(request));
    co_return std::move(all.outcome);
}

awaitable<result<evidence>> compare_objects(std::shared_ptr<const bucket_access> bucket,
                                            std::string one, std::string other) {
    const auto first = co_await head_with_checksums(bucket, std::move(one));
    if (!first)
        co_return first.error();
    const auto second = co_await head_with_checksums(bucket, std::move(other));
    if (!second)
        co_return second.error();
    if (first->size != second->size)
        co_return evidence::contradicts;
    if (!first->etag.empty() && first->etag == second->etag) // also of parts: made of theirs
        co_return evidence::proves;
    co_return compare(*first, *second);
}

awaitable<copy_attempt> copy_listed(std::shared_ptr<const bucket_access> bucket,
                                    list_answer::object source, std::string to,
                                    std::stop_token stop) {
    const auto& speech = bucket->client.speech();
    const bool is_known = !bucket->settings.keep_acls; // else its head tells of its encryption
    auto existing = overwrite::refused;
    bool is_made = false;
    if (is_known && source.size <= bucket->largest_copy()) {
        object_head head;
        head.size = source.size;
        head.etag = source.etag;
        head.etag_is_md5 = speech.etags_are_md5s() && looks_like_md5(source.etag);
        head.storage_class = source.storage_class;
        copy_request whole(source.key, to, existing);
        whole.stop = stop;
        auto how = co_await copy_at_once(bucket, whole, head, acl_of::mount);
        // The ETags of encrypted objects differ, and only their heads tell that they are.
        if (how.outcome || how.outcome.error() != errc::checksum_mismatch)
            co_return how;
        is_made = true;
        existing = overwrite::allowed; // of what has just been made there
    }
    copy_request request(std::move(source.key), std::move(to), existing);
    request.stop = std::move(stop);
    auto all = co_await copy_version(bucket, std::move(request));
    if (all.outcome && all.version != source.etag)
        co_return copy_attempt(errc::precondition_failed, true);
    co_return copy_attempt(std::move(all.outcome), is_made || all.may_have_worked);
}

awaitable<result<>> rename_object(std::shared_ptr<const bucket_access> bucket,
                                  rename_request request) {
    const auto& from = request.from;
    const auto& to = request.to;
    if (from == to)
        co_return result<>();
    // In the order of their names, so that two renames never wait for each other.
    const auto alone = key_locks::share::alone;
    const auto first = co_await bucket->locks->wait(std::min(from, to), alone, request.stop);
    if (!first)
        co_return first.error();
    const auto second = co_await bucket->locks->wait(std::max(from, to), alone, request.stop);
    if (!second)
        co_return second.error();
    if (bucket->settings.native_rename) {
        const auto moved = co_await rename_natively(bucket, request);
        const bool replaces = !moved && moved.error() == errc::already_exists &&
                              request.existing == overwrite::allowed;
        if (!replaces) // which the store does by copies alone
            co_return moved;
    }
    const auto all = co_await copy_version(bucket, request);
    if (!all.outcome)
        co_return all.outcome.error();
    const auto removed = co_await remove_version(bucket, request.from, all.version);
    if (!removed)
        config::log::warning("a file was renamed, and what it was made of is still there",
                             {{"from", request.from},
                              {"to", request.to},
                              {"error", removed.error().message()},
                              {"advice", "delete the former"}});
    co_return removed;
}

} // namespace objftpd::storage::rest
