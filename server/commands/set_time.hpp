#pragma once

#include "server/protocol/reply.hpp"
#include "storage/adapter.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace objftpd::server {
class session;
}

/// What several groups of commands share.
namespace objftpd::server::commands {

/// MFMT, MDTM with a time and SITE UTIME, by the user's policy: sets the file's modification
/// time (UTC), or says so and leaves it.
awaitable<reply> set_time(session& s, std::string name, std::chrono::sys_seconds time);

} // namespace objftpd::server::commands
