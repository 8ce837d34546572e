#pragma once

#include "config/async.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::rest {

/// Lets one upload at a time replace a key, so that an append sees what stands there until it has
/// replaced it. Among the sessions of this process: stores without conditional requests offer no
/// more. Thread-safe.
class key_locks : public std::enable_shared_from_this<key_locks> {
    struct waiter;

public:
    /// The turn on a key, for as long as it lives.
    class turn {
    public:
        turn() = default;
        turn(turn&& other) noexcept = default;
        turn& operator=(turn&& other) noexcept = default;
        ~turn() = default;

    private:
        friend class key_locks;
        struct release {
            std::shared_ptr<key_locks> locks;
            void operator()(waiter* which) const;
        };
        std::unique_ptr<waiter, release> held_;
    };

    awaitable<turn> wait(std::string key);

private:
    struct waiter {
        waiter(const asio::any_io_executor& e, std::string k)
            : executor(e), key(std::move(k)), called(e) {}

        const asio::any_io_executor executor;
        const std::string key;
        async_signal called;   // used on the executor's thread only
        bool has_turn = false; // guarded by mutex_
    };

    void leave(const waiter* which);

    std::mutex mutex_;
    std::map<std::string, std::deque<std::shared_ptr<waiter>>> queues_; // the first has the turn
};

} // namespace objftpd::storage::rest
