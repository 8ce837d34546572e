#include "server/data/stream.hpp"

#include "server/tls/tls_error.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

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
      truncation_is_end_(other.truncation_is_end_), tls_(std::move(other.tls_)),
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

// TLS may have to read before it can write: the peer can begin an exchange of keys at any time.
awaitable<error_code> stream::wait_to_send() {
    const bool must_read = tls_ && !tls_->has_unsent();
    return wait(must_read ? readiness::readable : readiness::writable);
}

awaitable<result<>> stream::start_tls(std::unique_ptr<tls_connection> tls) {
    tls_ = std::move(tls);
    for (;;) {
        if (cancelled_)
            co_return error_code(asio::error::operation_aborted);
        auto failed = tls_->handshake();
        if (!failed)
            co_return result<>();
        if (failed == asio::error::would_block)
            failed = co_await wait_to_send();
        if (failed)
            co_return failed;
    }
}

awaitable<result<std::unique_ptr<tls_connection>>> stream::stop_tls() {
    const auto ended = co_await end();
    if (!ended)
        co_return ended.error();
    std::array<char, 256> waste;
    for (;;) {
        const auto n = co_await read_some(waste);
        if (!n)
            co_return n.error();
        if (*n == 0)
            break;
        co_await asio::post(asio::use_awaitable); // others get their turn, whatever the peer sends
    }
    co_return std::move(tls_);
}

result<std::size_t> stream::receive_now(std::span<char> buffer) {
    if (tls_) {
        const auto n = tls_->read_some(buffer);
        if (!n && n.error() == tls_errc::truncated && truncation_is_end_)
            return std::size_t{0};
        return n;
    }
    for (;;) {
        const auto n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n >= 0)
            return static_cast<std::size_t>(n);
        if (errno != EINTR)
            return last_system_error();
    }
}

awaitable<result<std::size_t>> stream::read_some(std::span<char> buffer) {
    while (tls_ || !reactor_) {
        if (cancelled_)
            co_return error_code(asio::error::operation_aborted);
        const auto n = receive_now(buffer);
        if (n || n.error() != asio::error::would_block)
            co_return n;
        if (!tls_)
            reactor_.emplace(context_, fd_);
        else if (const auto failed = co_await wait(readiness::readable))
            co_return failed;
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

error_code stream::prepare_to_send() {
    return tls_ ? tls_->flush() : error_code();
}

result<std::size_t> stream::send_now(std::span<const char> bytes) {
    if (tls_)
        return tls_->write_some(bytes);
    for (;;) {
        const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n >= 0)
            return static_cast<std::size_t>(n);
        if (errno != EINTR)
            return last_system_error();
    }
}

awaitable<result<>> stream::write_all(std::span<const char> bytes) {
    while (!bytes.empty() || (tls_ && tls_->has_unsent())) {
        if (cancelled_)
            co_return error_code(asio::error::operation_aborted);
        error_code failed;
        if (bytes.empty())
            failed = tls_->flush();
        else if (const auto n = send_now(bytes))
            bytes = bytes.subspan(*n);
        else
            failed = n.error();
        if (failed == asio::error::would_block) {
            failed = co_await wait_to_send();
            if (failed == asio::error::operation_aborted && !cancelled_)
                continue; // wake() is for reads only
        }
        if (failed)
            co_return failed;
    }
    co_return result<>();
}

awaitable<result<>> stream::end() {
    if (!tls_)
        co_return result<>();
    if (const auto failed = tls_->close_notify())
        co_return failed;
    co_return co_await write_all(std::span<const char>());
}

awaitable<result<>> stream::write_last(std::span<const char> bytes) {
    if (cancelled_)
        co_return error_code(asio::error::operation_aborted);
    if (tls_)
        if (const auto n = tls_->queue(bytes))
            bytes = bytes.subspan(*n);
    if (!bytes.empty())
        if (const auto sent = co_await write_all(bytes); !sent)
            co_return sent.error();
    co_return co_await end();
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

stream::input stream::discard_input() {
    if (fd_ < 0)
        return input::ended;
    // What one look costs the other sessions of the thread at most.
    constexpr int most_reads = 16;
    std::array<char, 16 << 10> waste;
    for (int reads = 0; reads < most_reads; ++reads) {
        const auto n = ::recv(fd_, waste.data(), waste.size(), MSG_DONTWAIT);
        if (n < 0 && would_block())
            return input::may_come;
        if (n <= 0)
            return input::ended;
    }
    return input::may_come;
}

void stream::finish() {
    discard_input();
    close();
}

void stream::end_sending() {
    if (fd_ >= 0)
        ::shutdown(fd_, SHUT_WR);
}

awaitable<void> stream::await_end() {
    std::array<char, 4096> waste;
    for (;;) {
        // The wait is also where others get their turn, however much the peer sends.
        if (fd_ < 0)
            break;
        if (co_await wait(readiness::readable))
            break;
        const auto n = ::recv(fd_, waste.data(), waste.size(), MSG_DONTWAIT);
        if (n == 0 || (n < 0 && !would_block() && errno != EINTR))
            break;
    }
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
