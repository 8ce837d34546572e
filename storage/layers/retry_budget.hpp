#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>

namespace objftpd::storage::layers {

/// How often the calls to one store may be repeated, for whichever bucket: a sick store is not
/// hammered. Thread-safe.
class retry_budget {
public:
    using clock = std::chrono::steady_clock;

    /// `per_second` is for turns.
    explicit retry_budget(double per_second) : per_second_(per_second) {}

    /// One repetition of what begins something. Answers make up for it: once most calls fail
    /// there is none left.
    bool take();

    /// For each call that the store has dealt with.
    void fill();

    /// How long what is under way has to wait for its turn: so many have one in a second. Nothing
    /// if that were longer than `most`.
    std::optional<clock::duration> turn(clock::time_point now, clock::duration most);

private:
    static constexpr int full = 500; // in tenths of a repetition

    const double per_second_;
    std::atomic<int> left_{full};
    std::mutex mutex_; // guards what follows
    clock::time_point next_turn_{};
};

} // namespace objftpd::storage::layers
