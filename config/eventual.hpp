#pragma once

#include "config/async.hpp"

#include <optional>
#include <stop_token>
#include <utility>

namespace objftpd {

/// What work tells at its end to the coroutine that waits for it, which may stop to wait while the
/// work goes on. All on one thread.
template <class T>
class eventual {
public:
    explicit eventual(const asio::any_io_executor& executor) : changed_(executor) {}

    /// By the work, at most once.
    void tell(T value) {
        value_.emplace(std::move(value));
        changed_.notify();
    }

    /// What was told. Nothing if the stop, which is requested on the same thread, comes first; it
    /// can be waited for again then.
    awaitable<std::optional<T>> take(std::stop_token stop) {
        const std::stop_callback on_stop(stop, [this] { changed_.notify(); });
        while (!value_ && !stop.stop_requested())
            co_await changed_.wait();
        co_return std::exchange(value_, std::nullopt);
    }

private:
    std::optional<T> value_;
    async_signal changed_;
};

} // namespace objftpd
