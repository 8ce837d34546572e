#pragma once

#include "config/result.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <cstddef>

namespace objftpd::storage::local {

/// One turn of a transfer on a disk thread. It waits a moment for the socket where that is
/// likely to pay: a peer that took or sent a lot in this turn will be ready in less time than
/// the way back through the event loop takes. A turn is short, whatever the peer does.
class transfer_turn {
public:
    enum class direction { in, out };

    using clock = std::chrono::steady_clock;

    transfer_turn(int socket, direction d, clock::time_point begin = clock::now())
        : socket_(socket), direction_(d), begin_(begin) {}

    /// Repeats `step`, which moves some bytes and returns how many, 0 at the end, or the error of
    /// a system call. Returns the bytes moved in all, 0 only at the end; asio::error::would_block
    /// if there were none. However late it is, one step is made.
    template <class Step>
    result<std::size_t> move(Step step) const {
        std::size_t moved = 0;
        for (;;) {
            const result<std::size_t> n = step();
            if (n && *n == 0)
                return moved;
            if (n) {
                moved += *n;
                if (!may_go_on(moved))
                    return moved;
            } else if (n.error() == asio::error::would_block) {
                if (moved == 0)
                    return n.error();
                if (!may_go_on(moved) || !is_ready_soon(moved))
                    return moved;
            } else if (n.error() != asio::error::interrupted) {
                return n.error();
            }
        }
    }

private:
    // Neither has its fair share been moved nor its time been taken.
    bool may_go_on(std::size_t moved) const;

    // The socket would block: whether it is ready after a moment.
    bool is_ready_soon(std::size_t moved) const;

    int socket_;
    direction direction_;
    clock::time_point begin_;
};

} // namespace objftpd::storage::local
