#pragma once

#include "config/result.hpp"
#include "config/settings.hpp"

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <mutex>
#include <random>
#include <vector>

namespace objftpd::server {

/// Gives out listening sockets for passive mode from the configured range of ports, each port to
/// one session at a time. Thread-safe (own mutex).
class port_pool {
public:
    /// A listening socket; closes it and gives the port back.
    class lease {
    public:
        lease(port_pool* pool, int fd, std::uint16_t port) : pool_(pool), fd_(fd), port_(port) {}
        lease(lease&& other) noexcept;
        lease& operator=(lease&&) = delete;
        ~lease();

        int native_handle() const { return fd_; }
        std::uint16_t port() const { return port_; }

        /// Gives up the socket, which a reactor object closes from then on; keeps the port.
        int release_socket();

    private:
        port_pool* pool_;
        int fd_;
        std::uint16_t port_;
    };

    explicit port_pool(config::port_range range);

    /// Listens on `local`, the address the client reached us at, with a backlog of one.
    /// Error: asio::error::address_in_use when every port of the range is taken.
    result<lease> listen(const asio::ip::address& local);

private:
    result<lease> listen_on(const asio::ip::address& local, std::uint16_t port);
    void give_back(std::uint16_t port);

    config::port_range range_;
    std::mutex mutex_;
    std::vector<bool> taken_;      // guarded by mutex_
    std::minstd_rand random_;      // guarded by mutex_
};

} // namespace objftpd::server
