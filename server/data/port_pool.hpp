#pragma once

#include "config/result.hpp"
#include "config/settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

namespace objftpd::server {

/// Gives out listening sockets for passive mode from the configured range of ports, each port to
/// one session at a time. Thread-safe (own mutex).
///
/// A socket that has served its one connection is kept for a while and given out again: making
/// one anew costs more than a small transfer, the more so with many closed connections of the
/// same port in TIME_WAIT. SECURITY: whoever connected to it in between is thrown out first, and
/// a socket whose promise was not kept is closed, so nobody can wait in its queue.
class port_pool {
public:
    /// A listening socket of one session; goes back to the pool.
    class lease {
    public:
        lease(port_pool& pool, asio::ip::address local, int fd, std::uint16_t port)
            : pool_(&pool), local_(std::move(local)), fd_(fd), port_(port) {}
        lease(lease&& other) noexcept;
        lease& operator=(lease&&) = delete;
        ~lease();

        int native_handle() const { return fd_; }
        std::uint16_t port() const { return port_; }

        /// The connection has come: the socket is fit for the next session.
        void served() { served_ = true; }

    private:
        port_pool* pool_;
        asio::ip::address local_;
        int fd_;
        std::uint16_t port_;
        bool served_ = false;
    };

    using clock = std::chrono::steady_clock;

    explicit port_pool(config::port_range range);
    ~port_pool();

    /// Listens on `local`, the address the client reached us at, with a backlog of one.
    /// Error: asio::error::address_in_use when every port of the range is taken.
    result<lease> listen(const asio::ip::address& local);

    /// Closes kept sockets that nobody has wanted for a while.
    void close_idle(clock::time_point now);

private:
    struct kept_socket {
        asio::ip::address local;
        int fd;
        std::uint16_t port;
        clock::time_point since;
    };

    std::optional<kept_socket> take_kept(const asio::ip::address& local);
    result<lease> listen_in_range(const asio::ip::address& local);
    result<lease> listen_on(const asio::ip::address& local, std::uint16_t port);
    void take_back(const asio::ip::address& local, int fd, std::uint16_t port, bool served);
    void give_back(std::uint16_t port);

    config::port_range range_;
    std::mutex mutex_;
    std::vector<bool> taken_;       // guarded by mutex_; kept sockets count as taken
    std::vector<kept_socket> kept_; // guarded by mutex_
};

} // namespace objftpd::server
