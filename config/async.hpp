#pragma once

#include "config/result.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include "config/worker_pool.hpp"

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace objftpd {

/// Suspends the calling coroutine. Ends early, without an error, when it is cancelled.
awaitable<void> sleep_for(std::chrono::nanoseconds duration);

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
