#pragma once

#include "config/result.hpp"

#include "config/worker_pool.hpp"
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace objftpd {

/// Suspends the calling coroutine. Ends early, without an error, when it is cancelled.
awaitable<void> sleep_for(std::chrono::nanoseconds duration);

/// The same; a stop that is requested on the coroutine's own thread ends it early as well.
awaitable<void> sleep_for(std::chrono::nanoseconds duration, std::stop_token stop);

/// How to sleep, where tests have no time for it: the latter unless it is replaced.
using sleeper = std::function<awaitable<void>(std::chrono::nanoseconds, std::stop_token)>;
sleeper real_sleeper();

/// Lets coroutines of one thread wait for each other. Whoever waits looks again at what it waits
/// for: it may be woken for nothing.
class async_signal {
public:
    explicit async_signal(const asio::any_io_executor& executor)
        : timer_(executor, asio::steady_timer::time_point::max()) {}

    /// Until the next notify().
    awaitable<void> wait();

    void notify() { timer_.cancel(); }

private:
    asio::steady_timer timer_;
};

/// Runs `work` on `pool` and resumes the calling coroutine on its own executor with what it
/// returned. For calls that block: disk, password hashing. `work` cannot be cancelled: the
/// coroutine waits for its end, so it may refer to the coroutine's own variables.
/// REQUIRES: `work` does not throw.
template <class Work>
auto offload(worker_pool& pool, Work& work) -> awaitable<std::invoke_result_t<Work&>> {
    // The value stays in this frame: passed through the completion it would have to be
    // default-constructible, and an error_code would be thrown.
    std::optional<std::invoke_result_t<Work&>> value;
    auto start = [&](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        pool.post([&work, &value, handler = std::move(handler),
                   guard = asio::make_work_guard(executor)]() mutable {
            value.emplace(work());
            auto home = guard.get_executor();
            asio::post(home, std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(start,
                                                                         asio::use_awaitable);
    co_return std::move(*value);
}

} // namespace objftpd
