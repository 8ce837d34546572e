#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>
#include <string>

namespace objftpd::storage::rest {

/// Copies an object inside its bucket, by one CopyObject or in parts, and compares what came of it.
/// All that it has comes along, its ACL only where bucket_settings::keep_acls says so.
/// A copy in parts ends when its stop is requested.
awaitable<result<put_result>> copy_object(std::shared_ptr<const bucket_access> bucket,
                                          copy_request request);

/// How a copy ended.
struct copy_attempt {
    explicit copy_attempt(result<put_result> r, bool uncertain = false)
        : outcome(std::move(r)), may_have_worked(uncertain) {}

    result<put_result> outcome;
    bool may_have_worked; // though it failed: what stands there may have been made by it
};

/// Copies the version that a listing told of, where nothing stands as far as the store can refuse
/// that. What the listing does not tell, encryption and ACL, is the mount's unless
/// bucket_settings::keep_acls says otherwise. errc::precondition_failed if it has changed since.
/// `stop` is that of a copy_request.
awaitable<copy_attempt> copy_listed(std::shared_ptr<const bucket_access> bucket,
                                    list_answer::object source, std::string to,
                                    std::stop_token stop);

/// What the store tells of the content of two objects, one of which may be a copy of the other: by
/// their ETags and by any checksum that it keeps of both.
awaitable<result<evidence>> compare_objects(std::shared_ptr<const bucket_access> bucket,
                                            std::string one, std::string other);

/// By the store itself where it can and nothing is replaced, which is atomic (native_rename.hpp).
/// Else copies, then removes the source if it is still the version that was copied. A crash in
/// between leaves both, never none. Uploads to both names wait meanwhile. Once the copy has begun
/// it is not stopped but by an error, unless it goes in parts.
awaitable<result<>> rename_object(std::shared_ptr<const bucket_access> bucket,
                                  rename_request request);

} // namespace objftpd::storage::rest
