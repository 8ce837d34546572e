#pragma once

#include "config/load.hpp"
#include "config/settings.hpp"
#include "server/tls/tls_context.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::server {

/// The certificates in use, and their replacement while sessions go on: a session keeps the
/// context that it began with. Thread-safe.
class tls_service {
public:
    using clock = std::chrono::system_clock;

    /// `settings` must outlive the service.
    explicit tls_service(const config::settings& settings) : settings_(settings) {}

    /// Everything that keeps these settings from being used, for `file` that they came from. Reads
    /// files, changes nothing.
    static std::vector<config::problem> check(const config::settings& settings,
                                              const std::string& file);

    /// Loads the certificates, or makes the self-signed one. Reads and writes files. Returns what
    /// went wrong, for the operator, or nothing.
    std::optional<std::string> open();

    /// For new control connections.
    std::shared_ptr<const tls_context> current() const;

    /// Loads the files again. What is wrong with them is logged, and the old ones stay. Reads
    /// files.
    void reload();

    /// Reloads when a file has changed or the ticket keys have grown old, and warns of
    /// certificates that expire. Reads files.
    void tend(clock::time_point now);

    /// Whether the certificate is one that clients must be told to trust.
    bool is_self_signed() const { return settings_.certificates.empty(); }

private:
    std::vector<certificate> load() const;
    std::string state_of_files() const;
    void install(std::vector<certificate> certificates);
    void warn_of_expiry(clock::time_point now);

    const config::settings& settings_;
    mutable std::mutex mutex_; // of current_
    std::shared_ptr<const tls_context> current_;
    std::mutex loading_; // of everything below: one load at a time
    std::string loaded_state_;
    clock::time_point loaded_{};
    clock::time_point warned_{};
};

} // namespace objftpd::server
