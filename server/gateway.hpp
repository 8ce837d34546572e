#pragma once

#include "server/io_thread.hpp"
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

    /// Where it listens, with the real ports where the configuration said 0.
    const std::vector<asio::ip::tcp::endpoint>& endpoints() const { return endpoints_; }

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
    std::optional<std::string> listen(const config::listener& where);
    awaitable<void> accept(asio::ip::tcp::acceptor& acceptor);
    void admit(int socket, const asio::ip::tcp::endpoint& peer);
    awaitable<void> drain();
    awaitable<void> tend_ports();

    const config::settings& settings_;
    state_directory state_;
    asio::io_context main_;
    worker_pool disk_;
    worker_pool hashing_;
    storage::adapter_registry adapters_;
    services shared_;
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::vector<asio::ip::tcp::acceptor> acceptors_;
    std::vector<asio::ip::tcp::endpoint> endpoints_;
    std::uint64_t next_session_ = 1;
    bool draining_ = false;
};

} // namespace objftpd::server
