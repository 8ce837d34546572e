#pragma once

#include "config/async.hpp"

#include <list>
#include <memory>
#include <mutex>
#include <stop_token>

namespace objftpd {

/// A condition variable for coroutines of any I/O threads: they wait without blocking theirs. All
/// calls are made with the mutex locked that guards what is waited for.
class async_condition {
public:
    /// Gives the lock up, waits for the next notify_all() or the stop, which is requested on the
    /// coroutine's own thread, and locks again. May come back for nothing.
    awaitable<void> wait(std::unique_lock<std::mutex>& lock, std::stop_token stop = {});

    void notify_all();

private:
    struct sleeper;
    class place;
    std::list<std::shared_ptr<sleeper>> sleepers_;
};

} // namespace objftpd
