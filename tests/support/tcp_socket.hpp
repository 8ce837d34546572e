#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace objftpd::tests {

/// A blocking TCP socket for tests. Whatever takes longer than the time limit, or fails, throws,
/// so that a test never hangs.
class tcp_socket {
public:
    using endpoint = boost::asio::ip::tcp::endpoint;
    static constexpr int time_limit = 20'000; // milliseconds, for slow sanitized builds

    tcp_socket() = default;
    tcp_socket(tcp_socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    tcp_socket& operator=(tcp_socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~tcp_socket() { close(); }

    /// Connects; `from` is the local address, any port.
    static tcp_socket connect(const endpoint& to, const std::string& from = {}) {
        tcp_socket made(::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (!from.empty())
            made.bind({boost::asio::ip::make_address(from), 0});
        // Or the second of two short packets waits 40 ms for the first one's acknowledgement.
        const int on = 1;
        ::setsockopt(made.fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        made.check(::connect(made.fd_, to.data(), static_cast<socklen_t>(to.size())), "connect");
        return made;
    }

    /// Listens on an address; port 0 lets the system choose.
    static tcp_socket listen(const endpoint& at) {
        tcp_socket made(::socket(at.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        made.bind(at);
        made.check(::listen(made.fd_, 16), "listen");
        return made;
    }

    tcp_socket accept() {
        wait_for(POLLIN, "accept");
        return tcp_socket(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
    }

    endpoint local() const { return endpoint_by(::getsockname); }
    endpoint peer() const { return endpoint_by(::getpeername); }

    void send(std::string_view bytes, int flags = 0) {
        while (!bytes.empty()) {
            wait_for(POLLOUT, "send");
            const auto n =
                ::send(fd_, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n < 0 && errno == EAGAIN)
                continue;
            check(n, "send");
            bytes.remove_prefix(static_cast<std::size_t>(n));
        }
    }

    /// Sends as much as the other side and the buffers between take at once.
    std::size_t send_some(std::string_view bytes) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN)
            check(n, "send");
        return n < 0 ? 0 : static_cast<std::size_t>(n);
    }

    /// What is there, at least one byte; nothing at the end of the stream.
    std::string receive(std::size_t most = 1 << 16) {
        wait_for(POLLIN, "receive");
        std::string bytes(most, '\0');
        const auto n = ::recv(fd_, bytes.data(), bytes.size(), 0);
        check(n, "receive");
        bytes.resize(static_cast<std::size_t>(n));
        return bytes;
    }
    std::string receive_all() {
        std::string all;
        for (auto bytes = receive(); !bytes.empty(); bytes = receive())
            all += bytes;
        return all;
    }

    /// Whether something can be received now: bytes or the end.
    bool has_input() const {
        pollfd waiting{fd_, POLLIN, 0};
        return ::poll(&waiting, 1, 0) == 1;
    }

    /// How the other side has ended the connection. Under TLS it is `cut` when FIN comes without
    /// close_notify.
    enum class ending { orderly, cut, reset };
    ending wait_for_end() {
        for (;;) {
            wait_for(POLLIN, "the end");
            char waste[4096];
            const auto n = ::recv(fd_, waste, sizeof(waste), 0);
            if (n == 0)
                return ending::orderly;
            if (n < 0)
                return ending::reset;
        }
    }

    /// Waits until the connection is gone, without reading what came before.
    void wait_for_break() const {
        pollfd waiting{fd_, 0, 0};
        if (::poll(&waiting, 1, time_limit) != 1)
            throw std::runtime_error("the connection is still there");
    }

    /// Ends our direction; the other one goes on.
    void finish() { ::shutdown(fd_, SHUT_WR); }

    /// Breaks the connection.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
        close();
    }

    void close() {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = -1;
    }

    /// Keeps the kernel from buffering much. Before a transfer begins.
    void shrink_buffers() {
        const int small = 4096;
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
    }

    /// Waits until there is something to do, or throws.
    void wait_for(short events, const char* what) const {
        pollfd waiting{fd_, events, 0};
        const int ready = ::poll(&waiting, 1, time_limit);
        check(ready, what);
        if (ready == 0)
            throw std::runtime_error(std::string(what) + ": nothing happened in time");
    }

    int native_handle() const { return fd_; }

    /// Gives up the descriptor.
    int release() { return std::exchange(fd_, -1); }

private:
    explicit tcp_socket(int fd) : fd_(fd) { check(fd, "socket"); }

    template <class N>
    void check(N result, const char* what) const {
        if (result < 0)
            throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
    }

    void bind(const endpoint& at) {
        const int on = 1;
        ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        check(::bind(fd_, at.data(), static_cast<socklen_t>(at.size())), "bind");
    }

    template <class Ask>
    endpoint endpoint_by(Ask ask) const {
        endpoint found;
        auto length = static_cast<socklen_t>(found.capacity());
        check(ask(fd_, found.data(), &length), "name");
        found.resize(length);
        return found;
    }

    int fd_ = -1;
};

} // namespace objftpd::tests
