#pragma once

#include "config/async.hpp"
#include "config/result.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <memory>

namespace objftpd {

namespace detail {

struct parallel_steps {
    parallel_steps(const asio::any_io_executor& executor, std::size_t n)
        : count(n), changed(executor) {}

    void end(const std::exception_ptr& bug) {
        if (bug && outcome)
            outcome = make_error_code(boost::system::errc::state_not_recoverable);
        --running;
        changed.notify();
    }

    const std::size_t count;
    std::size_t next = 0;
    std::size_t running = 0;
    result<> outcome;
    async_signal changed;
};

template <class Work>
awaitable<void> take_steps(std::shared_ptr<parallel_steps> steps, Work& work) {
    while (steps->next < steps->count && steps->outcome) {
        const auto done = co_await work(steps->next++);
        if (!done && steps->outcome)
            steps->outcome = done.error();
    }
}

} // namespace detail

/// Awaits work(0) to work(count - 1), which return awaitable<result<>>, at most `width` at a time,
/// all on the caller's thread. After the first error no further one is begun; comes back with it
/// when those under way have ended. An exception is the error state_not_recoverable, of which the
/// others learn a step later.
template <class Work>
awaitable<result<>> for_each_index(std::size_t count, std::size_t width, Work& work) {
    const auto executor = co_await asio::this_coro::executor;
    const auto steps = std::make_shared<detail::parallel_steps>(executor, count);
    steps->running = std::min(count, width);
    for (std::size_t i = std::min(count, width); i > 0; --i)
        asio::co_spawn(executor, detail::take_steps(steps, work),
                       [steps](const std::exception_ptr& bug) { steps->end(bug); });
    while (steps->running > 0)
        co_await steps->changed.wait();
    co_return steps->outcome;
}

} // namespace objftpd
