#include "auth/login_guard.hpp"

#include <algorithm>

namespace objftpd::auth {

namespace ip = boost::asio::ip;

ip::address network_of(const ip::address& client) {
    if (client.is_v4())
        return client;
    const auto v6 = client.to_v6();
    if (v6.is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, v6);
    auto bytes = v6.to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return ip::address_v6(bytes, v6.scope_id());
}

login_guard::decision login_guard::ask(const address& client, clock::time_point now) const {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(network_of(client));
    if (found == index_.end() || found->second->ban_end <= now)
        return decision::allow;
    return decision::refuse;
}

login_guard::consequence login_guard::failed(const address& client, clock::time_point now) {
    if (limits_.failures == 0)
        return consequence::none;
    const std::lock_guard lock(mutex_);
    auto& known = touch(network_of(client));
    if (known.failures == 0 || known.window_end <= now) {
        known.failures = 0;
        known.window_end = now + limits_.window;
    }
    ++known.failures;
    // Logins that were on their way when the ban began do not make it longer.
    if (known.failures < limits_.failures || known.ban_end > now)
        return consequence::none;
    known.failures = 0;
    known.ban_end = now + limits_.ban;
    return consequence::ban_begins;
}

std::size_t login_guard::known_addresses() const {
    const std::lock_guard lock(mutex_);
    return records_.size();
}

login_guard::record& login_guard::touch(const address& network) {
    if (const auto found = index_.find(network); found != index_.end()) {
        records_.splice(records_.begin(), records_, found->second);
        return records_.front();
    }
    if (records_.size() >= std::max<std::size_t>(limits_.max_addresses, 1)) {
        index_.erase(records_.back().client);
        records_.pop_back();
    }
    records_.push_front({network, 0, {}, {}});
    index_.emplace(network, records_.begin());
    return records_.front();
}

} // namespace objftpd::auth
