#pragma once

#include "config/async_condition.hpp"

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

namespace objftpd::storage::rest {

/// Lets an append replace a key alone, so that it sees what stands there until it has replaced it;
/// whole uploads do so beside each other. Among the sessions of this process: stores without
/// conditional requests offer no more. Thread-safe; made by std::make_shared.
class key_locks : public std::enable_shared_from_this<key_locks> {
public:
    /// The turn on a key, or a place in the line for it, for as long as it lives.
    class turn {
    public:
        turn(turn&& other) noexcept = default;
        turn& operator=(turn&& other) = delete;
        ~turn();

        /// Until it is the place's turn, or the stop, which is requested on the caller's thread.
        awaitable<void> reached(std::stop_token stop = {});

        /// Whoever comes from now on waits, whatever was said before.
        void keep_alone();

    private:
        friend class key_locks;
        turn(std::shared_ptr<key_locks> locks, std::string key, std::uint64_t number)
            : locks_(std::move(locks)), key_(std::move(key)), number_(number) {}

        std::shared_ptr<key_locks> locks_; // null: moved from
        std::string key_;
        std::uint64_t number_;
    };

    enum class share { with_others, alone };

    /// A place in the line for a key.
    turn reserve(std::string key, share wanted);

    /// Waits for the turn on a key, in the order they come.
    awaitable<turn> wait(std::string key, share wanted);
    /// The same; asio::error::operation_aborted after the stop, which is requested on the caller's
    /// thread.
    awaitable<result<turn>> wait(std::string key, share wanted, std::stop_token stop);

private:
    struct place {
        place(std::uint64_t n, share w) : number(n), wanted(w) {}

        const std::uint64_t number;
        share wanted;
        async_condition reached;
    };
    struct waiting_line {
        bool is_turn_of(std::uint64_t number) const;

        std::list<place> places; // the first has the turn, and those behind it that share it
    };

    void leave(const std::string& key, std::uint64_t number);
    place& find(const turn& whose);

    std::mutex mutex_;
    std::uint64_t next_number_ = 0;
    std::map<std::string, waiting_line> lines_;
};

} // namespace objftpd::storage::rest
