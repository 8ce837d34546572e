#pragma once

#include "config/async_condition.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <stop_token>
#include <vector>

namespace objftpd::storage {

/// The memory that all uploads of the process may fill while their bytes wait to be stored, given
/// out in chunks. Fair: while somebody waits, nobody gets more than an equal share. So that uploads
/// whose parts are too short to be sent cannot wait for each other for ever, one at a time may go
/// beyond the budget until its part is complete. Thread-safe; lives as long as its members and
/// chunks.
class memory_budget : public std::enable_shared_from_this<memory_budget> {
public:
    static constexpr std::size_t chunk_size = 256 << 10; // bytes

    /// At least one chunk, whatever `bytes` is. Made by std::make_shared.
    explicit memory_budget(std::size_t bytes);
    memory_budget(const memory_budget&) = delete;
    ~memory_budget();

    class member;

    /// A piece of the budget, which goes back with it. May be empty.
    class chunk {
    public:
        chunk() = default;
        chunk(chunk&& other) noexcept;
        chunk& operator=(chunk&& other) noexcept;
        ~chunk();

        explicit operator bool() const { return memory_ != nullptr; }
        char* data() const { return memory_.get(); }

    private:
        friend class memory_budget;
        chunk(std::shared_ptr<member> owner, std::unique_ptr<char[]> memory);

        std::shared_ptr<member> owner_;
        std::unique_ptr<char[]> memory_;
    };

    /// One upload among those that share the budget.
    std::shared_ptr<member> join();

    /// A chunk for a member, or an empty one if it has to wait for that.
    chunk try_take(const std::shared_ptr<member>& who);

    /// Waits for a chunk in turn. Empty only when `stop` was requested, on the caller's thread.
    awaitable<chunk> take(std::shared_ptr<member> who, std::stop_token stop);

    /// Bytes given out now.
    std::size_t used() const;

private:
    class place_in_line;

    bool may_take(const member& who) const;
    bool may_take_in_turn(const member& who);
    std::size_t share() const;
    std::unique_ptr<char[]> take_now(member& who);
    void give_back(member& who, std::unique_ptr<char[]> memory);

    const std::size_t most_; // chunks
    mutable std::mutex mutex_;
    std::size_t used_ = 0;           // chunks
    std::size_t members_ = 0;        // that are alive
    const member* beyond_ = nullptr; // may exceed the budget
    std::list<const member*> line_;  // who waits, in the order they came
    async_condition changed_;
    std::vector<std::unique_ptr<char[]>> spare_; // memory kept while there are members
};

} // namespace objftpd::storage
