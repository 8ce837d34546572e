#include "server/data/port_pool.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace objftpd::server {

port_pool::lease::lease(lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), fd_(std::exchange(other.fd_, -1)),
      port_(other.port_) {}

port_pool::lease::~lease() {
    if (fd_ >= 0)
        ::close(fd_);
    if (pool_ != nullptr)
        pool_->give_back(port_);
}

int port_pool::lease::release_socket() {
    return std::exchange(fd_, -1);
}

port_pool::port_pool(config::port_range range) : range_(range), random_(std::random_device()()) {
    if (range_.first != 0)
        taken_.resize(static_cast<std::size_t>(range_.last - range_.first) + 1);
}

result<port_pool::lease> port_pool::listen_on(const asio::ip::address& local, std::uint16_t port) {
    const asio::ip::tcp::endpoint endpoint(local, port);
    const int fd =
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_code(errno, boost::system::system_category());
    lease made(nullptr, fd, port);
    // Old connections in TIME_WAIT must not keep a port of a small range from use.
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(fd, 1) != 0)
        return error_code(errno, boost::system::system_category());
    return made;
}

result<port_pool::lease> port_pool::listen(const asio::ip::address& local) {
    if (range_.first == 0) {
        auto made = listen_on(local, 0);
        if (!made)
            return made.error();
        asio::ip::tcp::endpoint bound;
        auto length = static_cast<socklen_t>(bound.capacity());
        ::getsockname(made->native_handle(), bound.data(), &length);
        bound.resize(length);
        return lease(nullptr, made->release_socket(), bound.port());
    }
    // SECURITY: a random port each time, so that nobody can guess where to connect.
    std::size_t index = 0;
    for (std::size_t tries = 0; tries < taken_.size(); ++tries, ++index) {
        {
            const std::lock_guard lock(mutex_);
            if (tries == 0)
                index = std::uniform_int_distribution<std::size_t>(0, taken_.size() - 1)(random_);
            index %= taken_.size();
            if (taken_[index])
                continue;
            taken_[index] = true;
        }
        const auto port = static_cast<std::uint16_t>(range_.first + index);
        auto made = listen_on(local, port);
        if (made)
            return lease(this, made->release_socket(), port);
        give_back(port);
        if (made.error() != asio::error::address_in_use)
            return made.error();
    }
    return error_code(asio::error::address_in_use);
}

void port_pool::give_back(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    taken_[static_cast<std::size_t>(port - range_.first)] = false;
}

} // namespace objftpd::server
