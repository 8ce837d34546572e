#include "config/async.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

namespace objftpd {

awaitable<void> sleep_for(std::chrono::nanoseconds duration) {
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    co_await timer.async_wait(as_tuple);
}

awaitable<void> sleep_for(std::chrono::nanoseconds duration, std::stop_token stop) {
    if (stop.stop_requested())
        co_return;
    asio::steady_timer timer(co_await asio::this_coro::executor, duration);
    const std::stop_callback on_stop(std::move(stop), [&timer] { timer.cancel(); });
    co_await timer.async_wait(as_tuple);
}

sleeper real_sleeper() {
    return [](std::chrono::nanoseconds duration, std::stop_token stop) {
        return sleep_for(duration, std::move(stop));
    };
}

awaitable<void> async_signal::wait() {
    co_await timer_.async_wait(as_tuple);
}

} // namespace objftpd
