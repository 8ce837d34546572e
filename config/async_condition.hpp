#pragma once

#include "config/async.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <stop_token>

namespace objftpd {

/// A condition variable for coroutines of any I/O threads: they wait without blocking theirs. All
/// calls are made with the mutex locked that guards what is waited for. Where many wait in a line
/// and only one of them can go on, each has a condition of its own: waking all of them for every
/// step of one would cost the square of their number.
class async_condition {
public:
    /// Gives the lock up, waits for the next notify_all() or the stop, which is requested on the
    /// coroutine's own thread, and locks again. May come back for nothing.
    awaitable<void> wait(std::unique_lock<std::mutex>& lock, std::stop_token stop = {});

    /// The same for a bounded time.
    awaitable<void> wait_for(std::unique_lock<std::mutex>& lock, std::chrono::nanoseconds most,
                             std::stop_token stop);

    void notify_all();

private:
    struct sleeper;
    class place;

    awaitable<void> wait_until(std::unique_lock<std::mutex>& lock,
                               asio::steady_timer::time_point end, std::stop_token stop);

    std::list<std::shared_ptr<sleeper>> sleepers_;
};

} // namespace objftpd
