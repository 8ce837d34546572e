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

/// A role that is assumed with other credentials, which may be temporary themselves.
class assumed_role_source final : public source {
public:
    assumed_role_source(sts_service service, role wanted,
                        std::shared_ptr<http::credentials_provider> base)
        : service_(std::move(service)), role_(std::move(wanted)), base_(std::move(base)) {}

    awaitable<fetch_result> fetch() override;

private:
    const sts_service service_;
    const role role_;
    const std::shared_ptr<http::credentials_provider> base_;
};

/// A role that is assumed with a token which others (Kubernetes) keep up to date in a file.
class web_identity_source final : public source {
public:
    web_identity_source(sts_service service, role wanted, worker_pool& pool, std::string token_file)
        : service_(std::move(service)), role_(std::move(wanted)), pool_(pool),
          file_(std::move(token_file)) {}

    awaitable<fetch_result> fetch() override;

private:
    const sts_service service_;
    const role role_;
    worker_pool& pool_;
    const std::string file_;
};

/// Reads the answer of a Security Token Service. Pure.
fetch_result parse_sts(vendor dialect, const reply& got);

} // namespace objftpd::storage::credentials
