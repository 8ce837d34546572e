#pragma once

#include "storage/rest/call.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>

namespace objftpd::storage::layers {

/// What was asked of a store since the start, as the layers in front of it tell. Thread-safe.
class request_totals {
public:
    /// Requests are counted by their time: those that took at most so long, the last ones longer.
    static constexpr std::array<std::chrono::milliseconds, 4> time_bounds{
        std::chrono::milliseconds(10), std::chrono::milliseconds(100),
        std::chrono::milliseconds(1000), std::chrono::milliseconds(10'000)};

    struct totals {
        std::uint64_t requests = 0;          // that went to the store
        std::uint64_t failures = 0;          // of them
        std::uint64_t throttled = 0;         // of those: the store asked for fewer
        std::uint64_t repetitions = 0;       // of calls that had failed
        std::uint64_t refusals = 0;          // calls that did not go to a store that is not there
        std::uint64_t sent = 0;              // bytes of bodies
        std::uint64_t received = 0;          // the same, that have come; of downloads when they end
        std::chrono::microseconds time{};    // up to the answer, or the head of a download
        std::chrono::microseconds slowest{}; // the same of one request
        std::chrono::microseconds waiting{}; // for a turn, by max_requests and its like
        std::array<std::uint64_t, time_bounds.size() + 1> by_time{};
    };
    using snapshot = std::array<totals, rest::operation_count>;

    void add(const rest::call& c, const rest::answer& a, std::chrono::nanoseconds time);
    void add_received(rest::operation what, std::uint64_t bytes);
    void add_repetition(rest::operation what);
    void add_refusal(rest::operation what);
    void add_waiting(rest::operation what, std::chrono::nanoseconds time);

    totals of(rest::operation what) const;
    snapshot all() const;

private:
    using counter = std::atomic<std::uint64_t>;
    struct counters {
        counter requests = 0;
        counter failures = 0;
        counter throttled = 0;
        counter repetitions = 0;
        counter refusals = 0;
        counter sent = 0;
        counter received = 0;
        counter nanoseconds = 0;
        counter slowest = 0; // the same
        counter waiting = 0; // the same
        std::array<counter, time_bounds.size() + 1> by_time{};
    };

    counters& at(rest::operation what) { return counted_[static_cast<std::size_t>(what)]; }

    std::array<counters, rest::operation_count> counted_;
};

/// Counts the requests that really go to the store.
class metrics final : public rest::transport {
public:
    metrics(std::shared_ptr<rest::transport> inner, std::shared_ptr<request_totals> totals)
        : inner_(std::move(inner)), totals_(std::move(totals)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<request_totals> totals_;
};

} // namespace objftpd::storage::layers
