#pragma once

#include "storage/http/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::rest {

/// The address of a store inside its vendor's network, which costs nothing to use and cannot be
/// reached from elsewhere. Whether it can is found out beside the first requests, by one without
/// credentials, and remembered; so is that it failed later. Thread-safe.
class internal_endpoint : public std::enable_shared_from_this<internal_endpoint> {
public:
    using clock = std::chrono::steady_clock;

    struct settings {
        std::string store; // its name, for the log
        std::string scheme;
        std::string outside;              // host, with its port
        std::string inside;               // the same
        std::chrono::seconds pause{600};  // before it is looked for again
        std::chrono::seconds patience{2}; // for its answer
        std::function<clock::time_point()> now = clock::now;
    };

    internal_endpoint(settings s, const http::client_settings& way);

    /// The host to ask in place of `host`: the internal one if it is known to be reached.
    std::string nearest(const std::string& host) const;

    /// Looks for it in the background, on `executor`, if it is time to.
    void look_for_it(const asio::any_io_executor& executor);

    /// A request to `host` did not arrive.
    void failed(const std::string& host);

private:
    awaitable<void> look();
    awaitable<bool> answers() const;
    void set(bool reached);

    const settings settings_;
    const std::shared_ptr<const http::client_settings> way_;
    mutable std::mutex mutex_; // guards all below
    bool reached_ = false;
    bool looking_ = false;
    clock::time_point next_look_{};
};

} // namespace objftpd::storage::rest
