#include "storage/local/transfer_turn.hpp"

#include <poll.h>

namespace objftpd::storage::local {
namespace {

constexpr std::size_t a_lot = 1 << 20;
constexpr std::size_t fair_share = 16 << 20;
constexpr auto fair_time = std::chrono::milliseconds(20);
constexpr int moment = 1; // ms

} // namespace

bool transfer_turn::may_go_on(std::size_t moved) const {
    return moved < fair_share && clock::now() - begin_ < fair_time;
}

bool transfer_turn::is_ready_soon(std::size_t moved) const {
    if (moved < a_lot)
        return false;
    pollfd watched{socket_, static_cast<short>(direction_ == direction::in ? POLLIN : POLLOUT), 0};
    return ::poll(&watched, 1, moment) > 0;
}

} // namespace objftpd::storage::local
