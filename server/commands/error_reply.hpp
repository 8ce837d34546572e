#pragma once

#include "config/result.hpp"
#include "server/protocol/reply.hpp"

namespace objftpd::server {

/// What the client wanted to do, where the right code depends on it.
enum class purpose {
    use,   ///< of something that should be there: RETR, SIZE, DELE, CWD ...
    store, ///< under a name: STOR, APPE, RNTO
    send,  ///< more of what has been begun: RETR and listings after their 150
};

/// The one table from errors to replies. Says what a client can act on and reveals nothing else
/// of store or server.
reply reply_for(const error_code& error, purpose wanted = purpose::use);

} // namespace objftpd::server
