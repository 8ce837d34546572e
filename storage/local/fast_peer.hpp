#pragma once

#include <cstddef>

namespace objftpd::storage::local {

/// Waits a moment on a disk thread until a socket is ready again, if that is likely to pay: a
/// peer that took or sent a lot in this turn will be ready in less time than the way back
/// through the event loop takes. A slow one never keeps a thread. Returns whether it is ready.
enum class direction { in, out };
bool is_ready_soon(int socket, direction wanted, std::size_t moved_in_this_turn);

} // namespace objftpd::storage::local
