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

    transfer_turn(int socket, direction d) : socket_(socket), direction_(d) {}

    /// Repeats `step`, which moves some bytes and returns how many, 0 at the end, or the error of
    /// a system call. Returns the bytes moved in all; asio::error::would_block if there were none.
    template <class Step>
    result<std::size_t> move(Step step) const {
        std::size_t moved = 0;
        while (may_go_on(moved)) {
            const result<std::size_t> n = step();
            if (n && *n == 0)
                break;
            if (n) {
                moved += *n;
                continue;
            }
            if (n.error() == asio::error::interrupted)
                continue;
            if (n.error() != asio::error::would_block || moved == 0)
                return n.error();
            if (!is_ready_soon(moved))
                break;
        }
        return moved;
    }

private:
    // Neither has its fair share been moved nor its time been taken.
    bool may_go_on(std::size_t moved) const;

    // The socket would block: whether it is ready after a moment.
    bool is_ready_soon(std::size_t moved) const;

    int socket_;
    direction direction_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace objftpd::storage::local
