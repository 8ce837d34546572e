#pragma once

#include "config/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>

#include <utility>

namespace objftpd::oss_server {

/// A mutex for coroutines on any thread: who waits for it blocks no thread.
class async_lock {
public:
    explicit async_lock(asio::any_io_executor executor) : turn_(std::move(executor), 1) {}

    /// Holds the lock as long as it lives.
    class guard {
    public:
        explicit guard(async_lock& l) : lock_(&l) {}
        guard(guard&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
        guard& operator=(guard&&) = delete;
        ~guard() {
            if (lock_ != nullptr)
                lock_->turn_.try_receive([](auto&&...) {});
        }

    private:
        async_lock* lock_;
    };

    awaitable<guard> acquire() {
        co_await turn_.async_send(error_code(), as_tuple);
        co_return guard(*this);
    }

private:
    // The one who has the lock is the one whose message is in the channel.
    asio::experimental::concurrent_channel<void(error_code)> turn_;
};

} // namespace objftpd::oss_server
