#include "server/session_limits.hpp"

#include "auth/login_guard.hpp"

namespace objftpd::server {

session_limits::verdict session_limits::enter(const asio::ip::address& client,
                                              std::unique_ptr<place>& taken) {
    const auto address = auth::network_of(client);
    const std::lock_guard lock(mutex_);
    if (sessions_ >= max_sessions_)
        return verdict::too_many;
    if (unauthenticated_ >= max_unauthenticated_)
        return verdict::too_many_unauthenticated;
    const auto known = by_address_.find(address);
    const auto counts = known == by_address_.end() ? address_counts() : known->second;
    if (counts.sessions >= max_per_address_)
        return verdict::too_many_from_address;
    if (counts.unauthenticated >= (max_unauthenticated_ + 1) / 2)
        return verdict::too_many_unauthenticated;
    by_address_[address] = {counts.sessions + 1, counts.unauthenticated + 1};
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
    --counts_of(p).unauthenticated;
    return login_verdict::admitted;
}

void session_limits::forget_user(place& p) {
    if (!p.authenticated_)
        return;
    const auto found = by_user_.find(p.user_);
    if (--found->second == 0)
        by_user_.erase(found);
    p.authenticated_ = false;
    ++unauthenticated_;
    ++counts_of(p).unauthenticated;
}

bool session_limits::log_out(place& p) {
    const std::lock_guard lock(mutex_);
    const bool fits = unauthenticated_ < max_unauthenticated_ &&
                      counts_of(p).unauthenticated < (max_unauthenticated_ + 1) / 2;
    forget_user(p);
    return fits;
}

void session_limits::leave(place& p) {
    const std::lock_guard lock(mutex_);
    forget_user(p);
    --unauthenticated_;
    --sessions_;
    auto& counts = counts_of(p);
    --counts.unauthenticated;
    if (--counts.sessions == 0)
        by_address_.erase(p.address_);
}

std::size_t session_limits::sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
}

} // namespace objftpd::server
