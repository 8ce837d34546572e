#pragma once

#include "config/async_condition.hpp"
#include "storage/layers/metrics.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace objftpd::storage::layers {

struct queue_settings {
    using clock = std::chrono::steady_clock;

    double most_at_once = 128;     // requests on their way
    double most_per_second = 0;    // 0: any number
    bool lists_count_keys = false; // towards most_per_second, as OSS counts
    std::function<clock::time_point()> now = clock::now;
    sleeper sleep = real_sleeper();
    std::shared_ptr<request_totals> totals = std::make_shared<request_totals>();
};

/// The requests to one store, for whichever bucket: who is on the way, and who waits in line.
/// When the store asks for fewer, the number of those on their way is halved, and grows again by
/// one for each round of answers. Copies inside the store, which may take minutes, have a line of
/// their own, and half of the number; both lines take turns at the rate. Thread-safe.
class request_queue {
public:
    class place;

    explicit request_queue(queue_settings settings)
        : settings_(std::move(settings)), limit_(settings_.most_at_once),
          tokens_(settings_.most_per_second), last_refill_(settings_.now()) {}

    /// Until it is the call's turn; asio::error::operation_aborted if it is stopped before, and has
    /// used nothing up.
    awaitable<result<>> enter(place& mine, const rest::call& c);

    /// From each answer: whether more or fewer requests may be on their way.
    void learn(const rest::answer& a);

    /// How many requests may be on their way now.
    double limit() const;

    /// How many are.
    unsigned running() const;

private:
    // Those that wait for each other.
    struct lane {
        double share = 1; // of the limit
        unsigned running = 0;
        std::list<place*> line; // who waits, in the order they came
    };

    awaitable<result<>> wait_in_line(place& mine, const rest::call& c);
    lane& lane_of(const rest::call& c);
    unsigned all_running() const { return copies_.running + others_.running; }
    double weight_of(const rest::call& c) const;
    std::chrono::nanoseconds wait_for_tokens(double weight);
    void wake_first();
    bool cut();

    const queue_settings settings_;
    mutable std::mutex mutex_; // guards all below
    double limit_;
    lane copies_{0.5, 0, {}};
    lane others_;
    std::list<place*> rate_line_; // the first of each lane, in the order in which tokens are theirs
    double tokens_; // requests that may begin now; a long list may leave less than none
    queue_settings::clock::time_point last_refill_;
    queue_settings::clock::time_point last_cut_{};
};

/// A request's place: first in the line, then, until its end, among those on their way.
class request_queue::place {
public:
    place(request_queue& owner, const rest::call& c);
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();

private:
    friend class request_queue;

    // With the queue's mutex locked, as what follows.
    void line_up() { lane_.line.push_back(this); }
    bool may_begin() const;
    bool is_next_for_tokens();
    void leave_rate_line();
    void begin();

    request_queue& owner_;
    lane& lane_;
    bool running_ = false;
    async_condition called_; // when it is the first and something has changed
};

} // namespace objftpd::storage::layers
