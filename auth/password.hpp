#pragma once

#include "config/password_hash.hpp"
#include "config/result.hpp"

#include "config/worker_pool.hpp"

#include <string>

namespace objftpd::auth {

using config::password_match;

/// Compares a password with an argon2id hash on `pool`, whose size bounds how many hashes, and
/// so how much memory, are in work at once. Cannot be cancelled. `pool` must outlive the call.
awaitable<password_match> verify(worker_pool& pool, std::string hash, std::string password);

} // namespace objftpd::auth
