#pragma once

#include "config/async_condition.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace objftpd::storage {

/// The memory that all uploads of the process may fill while their bytes wait to be stored, and
/// downloads that are read ahead, given out in chunks. Fair: while somebody waits, nobody gets more
/// than an equal share.
///
/// So that uploads whose parts are too short to be sent cannot wait for each other for ever, one at
/// a time may go beyond the budget, by as much as the smallest part that every store takes: until
/// it gives something back, as it does when its part is stored, or for 10 s while others wait, so
/// that one whose client is slow does not stop the others. At most 4 members hold something beyond
/// the budget at the same time.
///
/// Who waits for more than within_reach() may wait for ever. Who holds less comes to that much
/// while all others go on; for those who have a use for less, take_unless_in_vain() has an end even
/// where others, whose clients are slow, hold more than their share.
///
/// Thread-safe; lives as long as its members and chunks.
class memory_budget : public std::enable_shared_from_this<memory_budget> {
public:
    static constexpr std::size_t chunk_size = 256 << 10; // bytes
    using clock = std::chrono::steady_clock;

    /// At least one chunk, whatever `bytes` is. Made by std::make_shared.
    explicit memory_budget(std::size_t bytes, std::function<clock::time_point()> now = clock::now);
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

    /// Somebody who takes spare chunks alone, and has no share.
    std::shared_ptr<member> join_without_share();

    /// A chunk for a member, or an empty one if it has to wait for that.
    chunk try_take(const std::shared_ptr<member>& who);

    /// The same for who can do without: nothing of the half that is kept for the others, and
    /// nothing while somebody waits.
    chunk try_take_spare(const std::shared_ptr<member>& who);

    /// Waits for a chunk in turn. Empty only when `stop` was requested, on the caller's thread.
    awaitable<chunk> take(std::shared_ptr<member> who, std::stop_token stop);

    /// The same for a member that can do with the `kept` bytes that it has in hand. Empty also when
    /// there is little hope: all else that it held has come back, and it is as far beyond the
    /// budget as it may be, or has waited for 10 s.
    awaitable<chunk> take_unless_in_vain(std::shared_ptr<member> who, std::size_t kept,
                                         std::stop_token stop);

    /// All of it, in bytes.
    std::size_t size() const { return most_ * chunk_size; }

    /// How much a member comes to hold while all go on, as many as there are now: an equal share,
    /// or what it may take beyond the budget; bytes.
    std::size_t within_reach() const;

    /// Bytes given out now.
    std::size_t used() const;

private:
    class place_in_line;

    bool may_exceed(const member& who) const;
    bool may_be_next_beyond(const member& who) const;
    bool may_take(const member& who);
    void choose_beyond();
    bool waits_in_vain(const member& who, std::size_t kept, clock::time_point until) const;
    awaitable<chunk> wait(std::shared_ptr<member> who, std::optional<std::size_t> kept,
                          std::stop_token stop);
    place_in_line* next();
    void wake_next();
    std::size_t share() const;
    std::unique_ptr<char[]> take_now(member& who);
    void give_back(member& who, std::unique_ptr<char[]> memory);

    const std::size_t most_; // chunks
    const std::function<clock::time_point()> now_;
    mutable std::mutex mutex_;
    std::size_t used_ = 0;                       // chunks
    std::size_t members_ = 0;                    // with a share, that are alive
    std::size_t exceeding_ = 0;                  // of them, that hold something beyond the budget
    const member* beyond_ = nullptr;             // may exceed the budget
    clock::time_point beyond_until_;             // while others wait
    std::list<place_in_line*> line_;             // who waits, in the order they came
    std::vector<std::unique_ptr<char[]>> spare_; // memory kept while there are members
};

} // namespace objftpd::storage
