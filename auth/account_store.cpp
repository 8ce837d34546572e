#include "auth/account_store.hpp"

#include <algorithm>

namespace objftpd::auth {
namespace {

// Hashes may differ in cost; unknown users cost what most known ones do.
config::hash_cost usual_cost(const std::vector<config::user_settings>& users) {
    std::vector<config::hash_cost> costs;
    for (const auto& user : users)
        if (const auto cost = config::cost_of(user.password_hash))
            costs.push_back(*cost);
    config::hash_cost usual;
    std::ptrdiff_t most = 0;
    for (const auto& cost : costs)
        if (const auto count = std::ranges::count(costs, cost); count > most) {
            most = count;
            usual = cost;
        }
    return usual;
}

} // namespace

account_store::account_store(const std::vector<config::user_settings>& users)
    : decoy_hash_(config::decoy_hash(usual_cost(users))) {
    for (const auto& user : users)
        accounts_.emplace(user.name, std::make_shared<const config::user_settings>(user));
}

account account_store::find(std::string_view name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

awaitable<account> account_store::authenticate(worker_pool& pool, std::string name,
                                               std::string password) const {
    const auto user = find(name);
    const auto match =
        co_await verify(pool, user ? user->password_hash : decoy_hash_, std::move(password));
    co_return match == password_match::yes ? user : nullptr;
}

} // namespace objftpd::auth
