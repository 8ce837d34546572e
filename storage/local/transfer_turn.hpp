#pragma once

#include <chrono>
#include <cstddef>

namespace objftpd::storage::local {

/// One turn of a transfer on a disk thread. It waits a moment for the socket where that is
/// likely to pay: a peer that took or sent a lot in this turn will be ready in less time than
/// the way back through the event loop takes. A turn is short, whatever the peer does.
class transfer_turn {
public:
    enum class direction { in, out };

    transfer_turn(int socket, direction d) : socket_(socket), direction_(d) {}

    /// Whether the turn may go on with `moved` bytes behind it: it has neither moved its fair
    /// share nor taken its time.
    bool may_go_on(std::size_t moved) const;

    /// Asked when the socket would block. Whether it is ready after a moment.
    bool is_ready_soon(std::size_t moved) const;

private:
    int socket_;
    direction direction_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace objftpd::storage::local
