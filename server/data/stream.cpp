#include "server/data/stream.hpp"

#include <boost/asio/error.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace objftpd::server {
namespace {

bool would_block() {
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

} // namespace

stream::stream(stream&& other) noexcept
    : context_(other.context_), fd_(std::exchange(other.fd_, -1)), cancelled_(other.cancelled_),
      reactor_(std::move(other.reactor_)) {
    other.reactor_.reset();
}

awaitable<error_code> stream::wait(readiness wanted) {
    if (cancelled_ || fd_ < 0)
        co_return asio::error::operation_aborted;
    if (!reactor_)
        reactor_.emplace(context_, fd_);
    const auto kind = wanted == readiness::readable ? asio::posix::stream_descriptor::wait_read
                                                    : asio::posix::stream_descriptor::wait_write;
    const auto [failed] = co_await reactor_->async_wait(kind, as_tuple);
    if (cancelled_)
        co_return asio::error::operation_aborted;
    co_return failed;
}

awaitable<result<std::size_t>> stream::read_some(std::span<char> buffer) {
    while (!reactor_) {
        if (cancelled_)
            co_return error_code(asio::error::operation_aborted);
        const auto n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n >= 0)
            co_return static_cast<std::size_t>(n);
        if (errno == EINTR)
            continue;
        if (!would_block())
            co_return last_system_error();
        reactor_.emplace(context_, fd_);
    }
    if (cancelled_)
        co_return error_code(asio::error::operation_aborted);
    // Unlike wait(), this needs no system call of its own to be told of new bytes.
    const auto target = asio::buffer(buffer.data(), buffer.size());
    const auto [failed, n] = co_await reactor_->async_read_some(target, as_tuple);
    if (cancelled_)
        co_return error_code(asio::error::operation_aborted);
    if (failed && failed != asio::error::eof)
        co_return failed;
    co_return n;
}

awaitable<result<>> stream::write_all(std::span<const char> bytes) {
    while (!bytes.empty()) {
        if (cancelled_)
            co_return error_code(asio::error::operation_aborted);
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(n));
            continue;
        }
        if (errno == EINTR)
            continue;
        if (!would_block())
            co_return last_system_error();
        const auto failed = co_await wait(readiness::writable);
        if (failed && (cancelled_ || failed != asio::error::operation_aborted))
            co_return failed; // wake() is for reads only
    }
    co_return result<>();
}

bool stream::peer_is_gone() const {
    char next = 0;
    const auto n = ::recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && !would_block() && errno != EINTR);
}

void stream::leave_reactor() {
    if (reactor_)
        reactor_->release();
    reactor_.reset();
}

void stream::wake() {
    if (reactor_) {
        error_code ignored;
        reactor_->cancel(ignored);
    }
}

void stream::cancel() {
    cancelled_ = true;
    wake();
}

void stream::finish() {
    if (fd_ < 0)
        return;
    std::array<char, 4096> waste;
    for (int reads = 0; reads < 16; ++reads)
        if (::recv(fd_, waste.data(), waste.size(), MSG_DONTWAIT) <= 0)
            break;
    close();
}

void stream::reset() {
    if (fd_ < 0)
        return;
    const linger at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close();
}

void stream::close() {
    if (reactor_) {
        error_code ignored;
        reactor_->close(ignored);
        reactor_.reset();
    } else if (fd_ >= 0) {
        ::close(fd_);
    }
    fd_ = -1;
}

} // namespace objftpd::server
