#include "server/data/port_pool.hpp"

#include "server/keep_alive.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

namespace objftpd::server {
namespace {

constexpr std::size_t max_kept = 64;
constexpr auto keep_time = std::chrono::seconds(10);

// SECURITY: from the system's own generator: what a client has been told must not tell the next. So
// many at a time, because each time is a system call.
std::size_t random_index(std::size_t count) {
    thread_local std::array<std::uint32_t, 64> drawn;
    thread_local std::size_t left = 0;
    if (left == 0) {
        ::arc4random_buf(drawn.data(), sizeof(drawn));
        left = drawn.size();
    }
    return drawn[--left] % count;
}

// SECURITY: connections that came while nobody was promised the port.
void throw_out_strangers(int fd) {
    for (;;) {
        const int stranger = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (stranger < 0 && errno != ECONNABORTED && errno != EINTR)
            return;
        if (stranger >= 0)
            ::close(stranger);
    }
}

} // namespace

port_pool::lease::lease(lease&& other) noexcept
    : pool_(other.pool_), local_(std::move(other.local_)), fd_(std::exchange(other.fd_, -1)),
      port_(other.port_), served_(other.served_) {}

port_pool::lease::~lease() {
    if (fd_ >= 0)
        pool_->take_back(local_, fd_, port_, served_);
}

port_pool::port_pool(config::port_range range) : range_(range) {
    if (range_.first != 0)
        taken_.resize(static_cast<std::size_t>(range_.last - range_.first) + 1);
}

port_pool::~port_pool() {
    for (const auto& socket : kept_)
        ::close(socket.fd);
}

// SECURITY: a random one of them, so that nobody can guess where to connect.
std::optional<port_pool::kept_socket> port_pool::take_kept(const asio::ip::address& local) {
    const std::lock_guard lock(mutex_);
    if (kept_.empty())
        return {};
    const auto begin = random_index(kept_.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        auto& candidate = kept_[(begin + i) % kept_.size()];
        if (candidate.local != local)
            continue;
        auto found = std::exchange(candidate, kept_.back());
        kept_.pop_back();
        return found;
    }
    return {};
}

result<port_pool::lease> port_pool::listen_on(const asio::ip::address& local, std::uint16_t port) {
    asio::ip::tcp::endpoint endpoint(local, port);
    const int fd =
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return last_system_error();
    // Old connections in TIME_WAIT must not keep a port of a small range from use.
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    keep_alive(fd); // its connections have it from there
    if (::bind(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 ||
        ::listen(fd, 1) != 0) {
        const auto failed = last_system_error();
        ::close(fd);
        return failed;
    }
    if (port == 0) {
        auto length = static_cast<socklen_t>(endpoint.capacity());
        ::getsockname(fd, endpoint.data(), &length);
        port = endpoint.port();
    }
    return lease(*this, local, fd, port);
}

result<port_pool::lease> port_pool::listen(const asio::ip::address& local) {
    if (const auto kept = take_kept(local)) {
        throw_out_strangers(kept->fd);
        return lease(*this, local, kept->fd, kept->port);
    }
    if (range_.first == 0)
        return listen_on(local, 0);
    auto made = listen_in_range(local);
    if (made || made.error() != asio::error::address_in_use)
        return made;
    close_idle(clock::time_point::max()); // kept for other addresses
    return listen_in_range(local);
}

result<port_pool::lease> port_pool::listen_in_range(const asio::ip::address& local) {
    // SECURITY: a random port each time, as above.
    std::size_t index = 0;
    for (std::size_t tries = 0; tries < taken_.size(); ++tries, ++index) {
        {
            const std::lock_guard lock(mutex_);
            if (tries == 0)
                index = random_index(taken_.size());
            index %= taken_.size();
            if (taken_[index])
                continue;
            taken_[index] = true;
        }
        const auto port = static_cast<std::uint16_t>(range_.first + index);
        auto made = listen_on(local, port);
        if (made)
            return made;
        give_back(port);
        if (made.error() != asio::error::address_in_use)
            return made.error();
    }
    return error_code(asio::error::address_in_use);
}

void port_pool::take_back(const asio::ip::address& local, int fd, std::uint16_t port, bool served) {
    if (served) {
        const std::lock_guard lock(mutex_);
        if (kept_.size() < max_kept) {
            kept_.push_back({local, fd, port, clock::now()});
            return;
        }
    }
    ::close(fd);
    give_back(port);
}

void port_pool::give_back(std::uint16_t port) {
    const std::lock_guard lock(mutex_);
    if (!taken_.empty())
        taken_[static_cast<std::size_t>(port - range_.first)] = false;
}

void port_pool::close_idle(clock::time_point now) {
    std::vector<kept_socket> old;
    {
        const std::lock_guard lock(mutex_);
        const auto idle = std::partition(kept_.begin(), kept_.end(), [&](const kept_socket& s) {
            return now - s.since < keep_time;
        });
        old.assign(idle, kept_.end());
        kept_.erase(idle, kept_.end());
    }
    for (const auto& socket : old) {
        ::close(socket.fd);
        give_back(socket.port);
    }
}

} // namespace objftpd::server
