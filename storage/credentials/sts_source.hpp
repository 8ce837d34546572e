#pragma once

#include "storage/credentials/asking.hpp"
#include "storage/credentials/sts_requests.hpp"

#include "config/worker_pool.hpp"

#include <memory>
#include <string>

namespace objftpd::storage::credentials {

enum class vendor { alibaba, amazon };

/// Where roles are assumed.
struct sts_service {
    vendor dialect = vendor::amazon;
    config::endpoint where;
    std::string region;
    client_settings how;
};

/// The time as a Security Token Service has it. It refuses requests of another one, and what it
/// gives out expires by it.
class service_clock {
public:
    std::chrono::sys_seconds now() const;

    /// Looks at a refusal's Date. Whether the request is worth to be sent again, with another time.
    bool learn(const reply& refusal);

    /// Brings a time of the service's into our own.
    fetch_result translated(fetch_result got) const;

private:
    std::chrono::seconds offset_{0}; // to be added to ours
};

/// A role that is assumed with other credentials, which may be temporary themselves.
class assumed_role_source final : public source {
public:
    assumed_role_source(sts_service service, role wanted,
                        std::shared_ptr<http::credentials_provider> base)
        : service_(std::move(service)), role_(std::move(wanted)), base_(std::move(base)) {}

    awaitable<fetch_result> fetch() override;

private:
    sts_request make_request(const http::credentials& who) const;

    const sts_service service_;
    const role role_;
    const std::shared_ptr<http::credentials_provider> base_;
    service_clock clock_;
};

/// A role that is assumed with a token which others (Kubernetes) keep up to date in a file.
class web_identity_source final : public source {
public:
    web_identity_source(sts_service service, role wanted, worker_pool& pool, std::string token_file)
        : service_(std::move(service)), role_(std::move(wanted)), pool_(pool),
          file_(std::move(token_file)) {}

    awaitable<fetch_result> fetch() override;

private:
    sts_request make_request(const std::string& token) const;

    const sts_service service_;
    const role role_;
    worker_pool& pool_;
    const std::string file_;
    service_clock clock_;
};

/// Reads the answer of a Security Token Service. Pure.
fetch_result parse_sts(vendor dialect, const reply& got);

} // namespace objftpd::storage::credentials
