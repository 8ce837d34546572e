#pragma once

#include "config/async_condition.hpp"
#include "storage/layers/metrics.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace objftpd::storage::layers {

struct throttle_settings {
    using clock = std::chrono::steady_clock;

    double most_at_once = 128;     // requests on their way
    double most_per_second = 0;    // 0: any number
    bool lists_count_keys = false; // towards most_per_second, as OSS counts
    std::function<clock::time_point()> now = clock::now;
    sleeper sleep = real_sleeper();
    std::shared_ptr<request_totals> totals = std::make_shared<request_totals>();
};

/// The requests to one store, for whichever bucket: who is on the way, and who waits in line.
/// Thread-safe.
class request_queue {
public:
    class place;

    explicit request_queue(throttle_settings settings)
        : settings_(std::move(settings)), limit_(settings_.most_at_once),
          tokens_(settings_.most_per_second), last_refill_(settings_.now()) {}

    /// Until it is the call's turn; asio::error::operation_aborted if it is stopped before.
    awaitable<result<>> enter(place& mine, const rest::call& c);
    void learn(const rest::answer& a);

    /// How many requests may be on their way now.
    double limit() const;

    /// How many are.
    unsigned running() const;

private:
    awaitable<result<>> wait_in_line(place& mine, const rest::call& c);
    /// Those that wait for each other.
    struct lane {
        double share = 1; // of the limit
        unsigned running = 0;
        std::list<place*> line; // who waits, in the order they came
    };

    lane& lane_of(const rest::call& c);
    unsigned all_running() const { return copies_.running + others_.running; }
    double weight_of(const rest::call& c) const;
    std::chrono::nanoseconds wait_for_tokens(double weight);
    void wake_first();
    bool cut();

    const throttle_settings settings_;
    mutable std::mutex mutex_; // guards all below
    double limit_;
    lane copies_{0.5, 0, {}};
    lane others_;
    double tokens_; // requests that may begin now; a long list may leave less than none
    throttle_settings::clock::time_point last_refill_;
    throttle_settings::clock::time_point last_cut_{};
};

/// Bounds how many requests a store gets at a time and in a second. When the store asks for fewer
/// the number is halved, and grows again by one for each round of good answers. Requests wait in
/// the order they came, without blocking a thread; one that is stopped has used nothing up. Copies
/// inside the store, which may take minutes, have a line of their own, and half of the number.
/// Thread-safe.
class throttle final : public rest::transport {
public:
    throttle(std::shared_ptr<rest::transport> inner, std::shared_ptr<request_queue> line)
        : inner_(std::move(inner)), line_(std::move(line)) {}
    throttle(std::shared_ptr<rest::transport> inner, throttle_settings settings)
        : throttle(std::move(inner), std::make_shared<request_queue>(std::move(settings))) {}

    awaitable<rest::answer> send(const rest::call& c) override;

    double limit() const { return line_->limit(); }
    unsigned running() const { return line_->running(); }

private:
    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<request_queue> line_;
};

} // namespace objftpd::storage::layers
