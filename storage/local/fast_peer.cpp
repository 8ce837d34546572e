#include "storage/local/fast_peer.hpp"

#include <poll.h>

namespace objftpd::storage::local {
namespace {

constexpr std::size_t a_lot = 1 << 20;
constexpr int moment = 1; // ms

} // namespace

bool is_ready_soon(int socket, direction wanted, std::size_t moved_in_this_turn) {
    if (moved_in_this_turn < a_lot)
        return false;
    pollfd watched{socket, static_cast<short>(wanted == direction::in ? POLLIN : POLLOUT), 0};
    return ::poll(&watched, 1, moment) > 0;
}

} // namespace objftpd::storage::local
