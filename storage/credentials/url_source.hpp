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
    /// An operator's own file, of which the first line counts and which is closed to others; or
    /// one that a cloud mounts, which need not be.
    enum class file_kind { secret, token };

    /// What is sent as Authorization: a text, or what a file holds each time. Empty: nothing.
    struct authorization {
        std::string text;
        std::string file;
        file_kind kind = file_kind::secret;
    };

    url_source(worker_pool& pool, config::url where, authorization proof,
               client_settings how = direct_settings())
        : pool_(pool), where_(std::move(where)), proof_(std::move(proof)),
          settings_(std::move(how)) {}

    awaitable<fetch_result> fetch() override;

private:
    awaitable<boost::system::result<std::string, failure>> find_proof() const;

    worker_pool& pool_;
    const config::url where_;
    const authorization proof_;
    const client_settings settings_;
};

} // namespace objftpd::storage::credentials
