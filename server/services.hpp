#pragma once

#include "auth/account_store.hpp"
#include "auth/login_guard.hpp"
#include "config/settings.hpp"
#include "server/data/port_pool.hpp"
#include "server/session_limits.hpp"
#include "server/tls/handshake_limits.hpp"
#include "server/tls/tls_service.hpp"
#include "storage/virtual_filesystem.hpp"

#include "config/worker_pool.hpp"

#include "server/told_sizes.hpp"
#include "server/unattended_work.hpp"

#include <map>
#include <memory>
#include <string>

namespace objftpd::server {

/// What all sessions share. Made before the first session and alive until after the last; each
/// member is immutable or thread-safe by itself.
struct services {
    services(const config::settings& s, worker_pool& hashing)
        : settings(s), accounts(s.users), hash_pool(hashing),
          guard({.failures = s.server.max_login_failures_per_address,
                 .window = s.server.login_failure_window,
                 .ban = s.server.login_ban}),
          ports(s.server.passive_ports), limits(s.server),
          handshakes(s.tls.max_handshakes_per_address), tls(s) {}

    const config::settings& settings;
    const auth::account_store accounts;
    worker_pool& hash_pool;
    auth::login_guard guard;
    port_pool ports;
    session_limits limits;
    handshake_limits handshakes;
    tls_service tls;
    told_sizes told; // to all sessions
    unattended_work unattended;
    std::map<std::string, std::shared_ptr<const storage::virtual_filesystem>> files; // by user
};

} // namespace objftpd::server
