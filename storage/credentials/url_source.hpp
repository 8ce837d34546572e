#pragma once

#include "storage/credentials/asking.hpp"

#include "config/endpoint.hpp"
#include "config/worker_pool.hpp"

#include <string>

namespace objftpd::storage::credentials {

/// A service that answers a GET with the JSON of credentials: a token server of one's own, or the
/// one of a container.
class url_source final : public source {
public:
    /// What is sent as Authorization: a text, or what a file holds each time. Empty: nothing.
    struct authorization {
        std::string text;
        std::string file;
    };

    url_source(worker_pool& pool, config::url where, authorization proof)
        : pool_(pool), where_(std::move(where)), proof_(std::move(proof)),
          settings_(direct_settings()) {}

    awaitable<fetch_result> fetch() override;

private:
    worker_pool& pool_;
    const config::url where_;
    const authorization proof_;
    const client_settings settings_;
};

} // namespace objftpd::storage::credentials
