#pragma once

#include "config/result.hpp"
#include "server/protocol/reply.hpp"
#include "storage/virtual_filesystem.hpp"

namespace objftpd::server {

class session;

/// How an upload to `path` may be done, by the user's rights, what is there and what ALLO
/// announced; an error is a refusal. `offset`: bytes to be kept in front of what comes, or
/// storage::upload_request::at_end. Sets the bounds of the session's operation.
awaitable<result<storage::upload_options>> upload_rights(session& s, storage::virtual_path path,
                                                         std::uint64_t offset);

/// The same of an upload to a name that nobody else has (STOU).
result<storage::upload_options> unique_upload(session& s);

/// The reply to an upload that does not begin.
awaitable<reply> upload_refusal(session& s, storage::virtual_path path, error_code why);

} // namespace objftpd::server
