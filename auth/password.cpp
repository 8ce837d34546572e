#include "auth/password.hpp"

#include "config/async.hpp"

#include <cstring>

namespace objftpd::auth {

awaitable<password_match> verify(worker_pool& pool, std::string hash, std::string password) {
    auto work = [&hash, &password] { return config::verify_password(hash, password); };
    const auto match = co_await offload(pool, work);
    // SECURITY: the memory is used again by others.
    ::explicit_bzero(password.data(), password.size());
    co_return match;
}

} // namespace objftpd::auth
