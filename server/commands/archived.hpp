#pragma once

#include "config/result.hpp"
#include "server/protocol/reply.hpp"
#include "storage/path.hpp"
#include "storage/property.hpp"

#include <string>

namespace objftpd::server {
class session;
}

namespace objftpd::server::commands {

/// The state of an archived object in words.
std::string archive_text(storage::archive_state state);

/// The refusal of a file that cannot be read as it is archived. Where the user may, its restore is
/// begun.
awaitable<reply> archived_reply(session& s, storage::virtual_path path);

} // namespace objftpd::server::commands
