#pragma once

#include "server/commands/error_reply.hpp"
#include "server/data/transfer.hpp"
#include "server/protocol/reply.hpp"

#include <optional>

namespace objftpd::server {

class session;

/// Sends the preliminary reply and opens the promised data connection. Nothing when it is open
/// (session::data); else the command's last reply.
awaitable<std::optional<reply>> open_data(session& s, reply preliminary);

/// Whether TYPE A means converting for this user now.
conversion conversion_of(const session& s);

/// The reply to an upload that the store does not take.
reply upload_failure(const session& s, const error_code& error);

/// The last reply of a transfer that failed, and the operator's log line of it.
reply transfer_failure(session& s, const transfer_end& end, purpose wanted);

} // namespace objftpd::server
