#include "server/data/data_channel.hpp"

#include "server/keep_alive.hpp"
#include "server/protocol/address.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace objftpd::server {
namespace {

constexpr auto longest_data_ending = std::chrono::seconds(2);

} // namespace

result<std::uint16_t> data_channel::listen(port_pool& ports) {
    clear();
    auto leased = ports.listen(local_.address());
    if (!leased)
        return leased.error();
    listener_.emplace(std::move(*leased));
    return listener_->port();
}

void data_channel::connect_to(asio::ip::tcp::endpoint target) {
    clear();
    target_ = std::move(target);
}

awaitable<result<>> data_channel::accept() {
    for (;;) {
        asio::ip::tcp::endpoint from;
        auto length = static_cast<socklen_t>(from.capacity());
        const int fd = ::accept4(listener_->native_handle(), from.data(), &length,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            from.resize(length);
            // SECURITY: nobody but the client may take or feed its data (port stealing).
            if (same_host(from.address(), peer_.address())) {
                stream_.emplace(context_, fd);
                listener_->served();
                co_return result<>();
            }
            ::close(fd);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno != EAGAIN)
            co_return last_system_error();
        if (!waiting_) {
            const int copy = ::fcntl(listener_->native_handle(), F_DUPFD_CLOEXEC, 0);
            if (copy < 0)
                co_return last_system_error();
            waiting_.emplace(context_, copy);
        }
        if (const auto failed = co_await waiting_->wait(stream::readiness::readable))
            co_return failed;
    }
}

awaitable<result<>> data_channel::connect() {
    const auto& target = *target_;
    const int fd =
        ::socket(target.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        co_return last_system_error();
    keep_alive(fd);
    waiting_.emplace(context_, fd);
    // From the address the client knows: firewalls and multi-homed hosts expect it.
    asio::ip::tcp::endpoint own(local_.address(), 0);
    if (own.protocol() == target.protocol())
        ::bind(fd, own.data(), static_cast<socklen_t>(own.size()));
    if (::connect(fd, target.data(), static_cast<socklen_t>(target.size())) != 0) {
        if (errno != EINPROGRESS)
            co_return last_system_error();
        if (const auto failed = co_await waiting_->wait(stream::readiness::writable))
            co_return failed;
        int outcome = 0;
        socklen_t length = sizeof(outcome);
        ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &length);
        if (outcome != 0)
            co_return error_code(outcome, boost::system::system_category());
    }
    stream_.emplace(std::move(*waiting_));
    co_return result<>();
}

awaitable<result<>> data_channel::open() {
    if (cancelled_)
        co_return error_code(asio::error::operation_aborted);
    if (!promised())
        co_return error_code(asio::error::not_connected);
    result<> opened = error_code(asio::error::not_connected);
    if (listener_)
        opened = co_await accept();
    else
        opened = co_await connect();
    waiting_.reset();
    listener_.reset(); // one port serves one connection
    target_.reset();
    if (!opened)
        co_return opened.error();
    if (cancelled_)
        co_return error_code(asio::error::operation_aborted);
    co_return result<>();
}

void data_channel::finish() {
    if (stream_->is_plain())
        stream_->finish();
    else
        refuse();
}

void data_channel::refuse() {
    if (ending_)
        ending_->finish();
    stream_->end_sending();
    ending_.emplace(std::move(*stream_));
    ending_since_ = std::chrono::steady_clock::now();
    stream_.reset();
}

void data_channel::tick(std::chrono::steady_clock::time_point now) {
    if (!ending_)
        return;
    const auto more = ending_->discard_input();
    if (more == stream::input::may_come && now - ending_since_ < longest_data_ending)
        return;
    ending_->finish();
    ending_.reset();
}

void data_channel::cancel() {
    cancelled_ = true;
    if (waiting_)
        waiting_->cancel();
    if (stream_)
        stream_->cancel();
}

void data_channel::clear() {
    cancelled_ = false;
    waiting_.reset();
    listener_.reset();
    target_.reset();
    stream_.reset();
}

} // namespace objftpd::server
