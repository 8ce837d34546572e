#pragma once

#include "config/result.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace objftpd::tests {

/// Runs coroutines from tests that are not ones: each call runs the loop until the coroutine and
/// all that it started has ended. Used by one thread.
class event_loop {
public:
    /// From now on a call comes back with the end of its coroutine; what it started goes on in the
    /// next calls. For connections with time limits, which are work that only ends with time.
    void leave_background() { leaves_background_ = true; }

    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> value;
        run(keep(std::move(work), value));
        return std::move(*value);
    }

    void run(awaitable<void> work) {
        std::exception_ptr thrown;
        asio::co_spawn(context_, std::move(work), [&](std::exception_ptr e) {
            thrown = e;
            if (leaves_background_)
                context_.stop();
        });
        context_.restart();
        context_.run();
        if (thrown)
            std::rethrow_exception(thrown);
    }

    /// Begins a coroutine that goes on whenever the loop runs.
    void start(awaitable<void> work);

    asio::io_context& context() { return context_; }

private:
    // Past the completion handler a value would have to be default-constructible.
    template <class T>
    static awaitable<void> keep(awaitable<T> work, std::optional<T>& value) {
        value.emplace(co_await std::move(work));
    }

    asio::io_context context_{1};
    bool leaves_background_ = false;
};

} // namespace objftpd::tests
