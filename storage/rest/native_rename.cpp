#include "storage/rest/native_rename.hpp"

#include "storage/error.hpp"
#include "storage/rest/directories.hpp"

namespace objftpd::storage::rest {
namespace {

// An object that is replaced by another of the same content and size has been renamed as well.
bool is_same(const object_head& a, const object_head& b) {
    const auto crc = a.crcs.find(crc_kind::crc64);
    const bool same_version = !a.etag.empty() && a.etag == b.etag;
    return a.size == b.size && (same_version || (crc && crc == b.crcs.find(crc_kind::crc64)));
}

awaitable<result<>> make_parents(const std::shared_ptr<const bucket_access>& bucket,
                                 const rename_request& r) {
    if (r.missing == parents::must_exist)
        co_return result<>();
    co_return co_await directories(bucket).make_above(r.to, r.from);
}

std::string without_slash(std::string key) {
    key.pop_back();
    return key;
}

} // namespace

awaitable<result<>> rename_natively(std::shared_ptr<const bucket_access> bucket,
                                    rename_request request) {
    const auto& client = bucket->client;
    const auto source = co_await client.head(request.from);
    if (!source)
        co_return source.error();
    const auto above = co_await make_parents(bucket, request);
    if (!above)
        co_return above.error();
    const auto moved = co_await client.rename(request.from, request.to);
    if (moved.outcome)
        co_return result<>();
    const auto failed = moved.outcome.error();
    if (!moved.may_have_worked)
        co_return failed;
    const auto left = co_await client.head(request.from);
    if (left || left.error() != errc::not_found)
        co_return failed;
    const auto there = co_await client.head(request.to);
    const bool is_moved = there && is_same(*there, *source);
    co_return is_moved ? result<>() : failed;
}

awaitable<result<>> rename_directory_natively(std::shared_ptr<const bucket_access> bucket,
                                              rename_request request) {
    const directories all(bucket);
    const auto source = co_await all.stat(request.from);
    if (!source)
        co_return source.error();
    const auto is_free = co_await all.require_free(request.to);
    if (!is_free)
        co_return is_free.error();
    const auto above = co_await make_parents(bucket, request);
    if (!above)
        co_return above.error();
    const auto moved =
        co_await bucket->client.rename(without_slash(request.from), without_slash(request.to));
    if (moved.outcome)
        co_return result<>();
    const auto failed = moved.outcome.error();
    if (!moved.may_have_worked)
        co_return failed;
    const auto left = co_await all.stat(request.from);
    if (left || left.error() != errc::not_found)
        co_return failed;
    const auto there = co_await all.stat(request.to); // was free before
    co_return there ? result<>() : failed;
}

} // namespace objftpd::storage::rest
