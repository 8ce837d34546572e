#pragma once

#include "config/result.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace objftpd::storage::http {

/// Who signs a request. Without a key id requests are anonymous.
struct credentials {
    std::string key_id;
    std::string secret;
    std::string session_token; // of temporary credentials; empty: none

    bool is_anonymous() const { return key_id.empty(); }
    bool operator==(const credentials&) const = default;
};

/// Where credentials come from. Asked for every request, so that a long upload outlives a token.
/// Thread-safe.
class credentials_provider {
public:
    virtual ~credentials_provider() = default;

    /// Those that are valid now. Comes back at once unless they must be fetched anew; that wait
    /// ends with asio::error::operation_aborted when the stop is requested, on the coroutine's own
    /// thread. An error that is storage::condition::temporary may have passed in a few seconds.
    virtual awaitable<result<std::shared_ptr<const credentials>>>
    get(std::stop_token stop = {}) = 0;

    /// A store has refused these as expired or unknown: get() fetches others, if it has not yet.
    virtual void refused(const credentials& which) = 0;
};

/// The same ones for ever.
class fixed_credentials final : public credentials_provider {
public:
    explicit fixed_credentials(credentials which)
        : credentials_(std::make_shared<const credentials>(std::move(which))) {}

    awaitable<result<std::shared_ptr<const credentials>>> get(std::stop_token = {}) override {
        co_return credentials_;
    }
    void refused(const credentials&) override {}

private:
    std::shared_ptr<const credentials> credentials_;
};

} // namespace objftpd::storage::http
