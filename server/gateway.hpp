#pragma once

#include "server/io_thread.hpp"
#include "server/janitor.hpp"
#include "server/services.hpp"
#include "server/state_directory.hpp"
#include "storage/open_adapter.hpp"

#include "config/worker_pool.hpp"
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace objftpd::server {

/// The daemon: listeners, I/O threads, and everything that sessions share. Made, run and
/// destroyed by the main thread.
class gateway {
public:
    /// `settings` must outlive the gateway.
    explicit gateway(const config::settings& settings);
    ~gateway();

    /// Opens stores, then listeners. Returns what went wrong, for the operator, or nothing.
    std::optional<std::string> open();

    /// A place where it listens, with the real port where the configuration said 0.
    struct listener {
        asio::ip::tcp::acceptor acceptor;
        asio::ip::tcp::endpoint endpoint;
        config::listener_scheme scheme;
        const config::listener_settings& settings;
    };
    const std::vector<listener>& listeners() const { return listeners_; }

    const tls_service& tls() const { return shared_.tls; }

    /// Takes new certificates, if their files are good. Called from context().
    void reload();

    /// Writes what has been asked of the stores into the log.
    void log_requests() const { adapters_.log_requests(); }

    /// Accepts sessions until stop(), then lets them end.
    void run();

    /// First call: no new sessions; running transfers may finish within server.drain_timeout.
    /// Second call: everything ends now. Called from context().
    void stop();

    /// The main thread's event loop, which run() runs.
    asio::io_context& context() { return main_; }

private:
    std::optional<std::string> open_stores();
    std::optional<std::string> open_users();
    std::optional<std::string> listen(const config::listener_settings& settings,
                                      const config::listener_address& where);
    awaitable<void> accept(listener& from);
    void admit(const listener& from, int socket, const asio::ip::tcp::endpoint& peer);
    awaitable<void> drain();
    bool is_busy() const;
    awaitable<void> tend_ports();
    awaitable<void> tend_certificates();

    const config::settings& settings_;
    state_directory state_;
    asio::io_context main_;
    worker_pool disk_;
    worker_pool hashing_;
    storage::adapter_registry adapters_;
    services shared_;
    janitor janitor_;
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::vector<listener> listeners_;
    std::uint64_t next_session_ = 1;
    bool draining_ = false;
};

} // namespace objftpd::server
