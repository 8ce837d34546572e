#pragma once

#include <boost/asio/ip/address.hpp>

#include <map>
#include <memory>
#include <mutex>

namespace objftpd::server {

/// Counts the TLS handshakes under way by client address (auth::network_of), so that nobody can
/// keep the processors busy with them. Thread-safe (own mutex).
class handshake_limits {
public:
    explicit handshake_limits(std::size_t most) : most_(most) {}

    /// One handshake's place; gives it back when destroyed.
    class place {
    public:
        place(handshake_limits& limits, boost::asio::ip::address network)
            : limits_(limits), network_(std::move(network)) {}
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        ~place() { limits_.leave(network_); }

    private:
        handshake_limits& limits_;
        boost::asio::ip::address network_;
    };

    /// Null when the address has too many.
    std::unique_ptr<place> enter(const boost::asio::ip::address& client);

private:
    void leave(const boost::asio::ip::address& network);

    const std::size_t most_;
    std::mutex mutex_;
    std::map<boost::asio::ip::address, std::size_t> under_way_;
};

} // namespace objftpd::server
