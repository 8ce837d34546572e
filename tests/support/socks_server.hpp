#pragma once

#include "tests/support/tcp_socket.hpp"

#include <poll.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace objftpd::tests {

/// A SOCKS5 proxy (RFC 1928) that connects everybody to one place, whatever was asked for, and
/// keeps what that was. It wants a user's password (RFC 1929) if it is told one. Connections are
/// served one after the other.
class socks_server {
public:
    enum class address { ipv4 = 1, name = 3, ipv6 = 4 };

    struct request {
        address kind;
        std::string host; // a name as it came, an address as its bytes
        std::uint16_t port = 0;
    };

    explicit socks_server(const tcp_socket::endpoint& behind)
        : behind_(behind), listener_(tcp_socket::listen({loopback(), 0})) {
        thread_ = std::thread([this] { serve(); });
    }
    socks_server(const socks_server&) = delete;
    ~socks_server() {
        stopping_ = true;
        try {
            tcp_socket::connect(listener_.local()); // wakes the accept
        } catch (const std::runtime_error&) {
        }
        thread_.join();
    }

    /// REQUIRES: nobody has connected yet.
    void wants(const std::string& user, const std::string& password) {
        credentials_ = std::string(1, static_cast<char>(user.size())) + user +
                       std::string(1, static_cast<char>(password.size())) + password;
    }
    /// Answers every request with that code. REQUIRES: nobody has connected yet.
    void refuses(char code) { refusal_ = code; }

    std::string host() const { return "127.0.0.1:" + std::to_string(listener_.local().port()); }

    std::vector<request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    static constexpr char version = 5;

    static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }

    void serve() {
        while (!stopping_) {
            try {
                auto client = listener_.accept();
                if (!stopping_ && lets_in(client))
                    serve(client);
            } catch (const std::runtime_error&) {
                // the client's business: it ended, or nobody came for a long time
            }
        }
    }

    static std::string take(tcp_socket& from, std::size_t size) {
        std::string bytes;
        while (bytes.size() < size) {
            const auto more = from.receive(size - bytes.size());
            if (more.empty())
                throw std::runtime_error("the client has ended");
            bytes += more;
        }
        return bytes;
    }
    static std::string take_text(tcp_socket& from) {
        return take(from, static_cast<unsigned char>(take(from, 1)[0]));
    }

    bool lets_in(tcp_socket& client) {
        const char method = credentials_.empty() ? 0 : 2;
        if (take(client, 1)[0] != version || take_text(client).find(method) == std::string::npos) {
            client.send({"\x05\xff", 2});
            return false;
        }
        client.send({std::string{version, method}});
        if (credentials_.empty())
            return true;
        take(client, 1); // the version of the question
        const auto user = take_text(client);
        const auto password = take_text(client);
        const bool right = std::string(1, static_cast<char>(user.size())) + user +
                               std::string(1, static_cast<char>(password.size())) + password ==
                           credentials_;
        client.send(std::string{1, right ? '\0' : '\1'});
        return right;
    }

    void serve(tcp_socket& client) {
        const auto head = take(client, 4); // version, CONNECT, 0, kind of address
        request r;
        r.kind = static_cast<address>(head[3]);
        r.host = r.kind == address::name   ? take_text(client)
                 : r.kind == address::ipv4 ? take(client, 4)
                                           : take(client, 16);
        const auto port = take(client, 2);
        r.port = static_cast<std::uint16_t>(static_cast<unsigned char>(port[0]) << 8 |
                                            static_cast<unsigned char>(port[1]));
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(r);
        }
        const std::string from_nowhere("\0\1\0\0\0\0\0\0", 8);
        client.send(std::string{version, refusal_} + from_nowhere);
        if (refusal_ != 0)
            return;
        auto store = tcp_socket::connect(behind_);
        relay(client, store);
    }

    // Until one of them ends, or the proxy, which knocks at its own door then.
    void relay(tcp_socket& one, tcp_socket& other) {
        for (;;) {
            pollfd ready[] = {{one.native_handle(), POLLIN, 0},
                              {other.native_handle(), POLLIN, 0},
                              {listener_.native_handle(), POLLIN, 0}};
            if (::poll(ready, 3, tcp_socket::time_limit) <= 0 || stopping_)
                return;
            for (const bool back : {false, true}) {
                if (ready[back ? 1 : 0].revents == 0)
                    continue;
                const auto bytes = (back ? other : one).receive();
                if (bytes.empty())
                    return;
                (back ? one : other).send(bytes);
            }
        }
    }

    const tcp_socket::endpoint behind_;
    std::string credentials_; // as they come on the wire; empty: none are wanted
    char refusal_ = 0;
    tcp_socket listener_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::vector<request> requests_;
    std::thread thread_;
};

} // namespace objftpd::tests
