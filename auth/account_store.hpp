#pragma once

#include "auth/password.hpp"
#include "config/settings.hpp"

#include "config/worker_pool.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::auth {

/// Who a session is logged in as. Shared, so that sessions keep theirs when the configuration
/// is replaced. Null: nobody.
using account = std::shared_ptr<const config::user_settings>;

/// All users of one configuration. Never changes after it is made, so any thread may use it;
/// a new configuration is a new account_store.
class account_store {
public:
    explicit account_store(const std::vector<config::user_settings>& users);

    /// The user of that exact name, or null. No password is asked: for everything but logins.
    account find(std::string_view name) const;

    /// The account when the password is right, null otherwise. The hash is computed on `pool`.
    /// A name that does not exist takes as long as one that does, so that a client cannot tell
    /// which names exist. Cannot be cancelled. The store and `pool` must outlive the call.
    awaitable<account> authenticate(worker_pool& pool, std::string name,
                                    std::string password) const;

private:
    std::map<std::string, account, std::less<>> accounts_;
    std::string decoy_hash_;
};

} // namespace objftpd::auth
