#include "server/session_limits.hpp"

namespace objftpd::server {
namespace {

template <class Counts, class Key>
void decrement(Counts& counts, const Key& key) {
    const auto found = counts.find(key);
    if (found != counts.end() && --found->second == 0)
        counts.erase(found);
}

} // namespace

session_limits::verdict session_limits::enter(const asio::ip::address& address,
                                              std::unique_ptr<place>& taken) {
    const std::lock_guard lock(mutex_);
    if (sessions_ >= max_sessions_)
        return verdict::too_many;
    if (unauthenticated_ >= max_unauthenticated_)
        return verdict::too_many_unauthenticated;
    auto& from_address = by_address_[address];
    if (from_address >= max_per_address_)
        return verdict::too_many_from_address;
    ++from_address;
    ++sessions_;
    ++unauthenticated_;
    taken = std::make_unique<place>(*this, address);
    return verdict::admitted;
}

session_limits::login_verdict session_limits::log_in(place& p, const std::string& user,
                                                     std::size_t max_sessions) {
    const std::lock_guard lock(mutex_);
    auto& of_user = by_user_[user];
    if (max_sessions != 0 && of_user >= max_sessions) {
        if (of_user == 0)
            by_user_.erase(user);
        return login_verdict::too_many;
    }
    ++of_user;
    p.user_ = user;
    p.authenticated_ = true;
    --unauthenticated_;
    return login_verdict::admitted;
}

void session_limits::forget_user(place& p) {
    if (!p.authenticated_)
        return;
    decrement(by_user_, p.user_);
    p.authenticated_ = false;
    ++unauthenticated_;
}

void session_limits::log_out(place& p) {
    const std::lock_guard lock(mutex_);
    forget_user(p);
}

void session_limits::leave(place& p) {
    const std::lock_guard lock(mutex_);
    forget_user(p);
    --unauthenticated_;
    --sessions_;
    decrement(by_address_, p.address_);
}

std::size_t session_limits::sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
}

} // namespace objftpd::server
