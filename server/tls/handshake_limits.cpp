#include "server/tls/handshake_limits.hpp"

#include "auth/login_guard.hpp"

namespace objftpd::server {

std::unique_ptr<handshake_limits::place>
handshake_limits::enter(const boost::asio::ip::address& client) {
    auto network = auth::network_of(client);
    const std::lock_guard lock(mutex_);
    auto& count = under_way_[network];
    if (count >= most_)
        return nullptr;
    ++count;
    return std::make_unique<place>(*this, std::move(network));
}

void handshake_limits::leave(const boost::asio::ip::address& network) {
    const std::lock_guard lock(mutex_);
    const auto found = under_way_.find(network);
    if (--found->second == 0)
        under_way_.erase(found);
}

} // namespace objftpd::server
