#pragma once

#include "config/async_condition.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::rest {

/// Lets one upload at a time replace a key, so that an append sees what stands there until it has
/// replaced it. Among the sessions of this process: stores without conditional requests offer no
/// more. Thread-safe; made by std::make_shared.
class key_locks : public std::enable_shared_from_this<key_locks> {
public:
    /// The turn on a key, or a place in the line for it, for as long as it lives.
    class turn {
    public:
        turn(turn&& other) noexcept = default;
        turn& operator=(turn&& other) = delete;
        ~turn();

    private:
        friend class key_locks;
        turn(std::shared_ptr<key_locks> locks, std::string key, std::uint64_t number)
            : locks_(std::move(locks)), key_(std::move(key)), number_(number) {}

        std::shared_ptr<key_locks> locks_; // null: moved from
        std::string key_;
        std::uint64_t number_;
    };

    /// Waits for the turn on a key.
    awaitable<turn> wait(std::string key);

private:
    struct waiting_line {
        std::deque<std::uint64_t> numbers; // the first one has the turn
        async_condition changed;
    };

    void leave(const std::string& key, std::uint64_t number);

    std::mutex mutex_;
    std::uint64_t next_number_ = 0;
    std::map<std::string, waiting_line> lines_;
};

} // namespace objftpd::storage::rest
