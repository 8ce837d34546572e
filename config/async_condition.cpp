#include "config/async_condition.hpp"

#include <atomic>

namespace objftpd {

struct async_condition::sleeper {
    sleeper(const asio::any_io_executor& e, asio::steady_timer::time_point end)
        : executor(e), called(e, end) {}

    const asio::any_io_executor executor;
    asio::steady_timer called; // cancelled to wake it; used on the executor's thread only
    std::atomic<bool> woken{false};
};

// Among the sleepers for as long as the coroutine waits, however that ends.
class async_condition::place {
public:
    place(async_condition& condition, std::mutex& mutex, std::shared_ptr<sleeper> who)
        : condition_(condition), mutex_(mutex), who_(std::move(who)) {
        condition_.sleepers_.push_back(who_);
    }
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        const std::lock_guard lock(mutex_);
        condition_.sleepers_.remove(who_);
    }

private:
    async_condition& condition_;
    std::mutex& mutex_;
    const std::shared_ptr<sleeper> who_;
};

awaitable<void> async_condition::wait(std::unique_lock<std::mutex>& lock, std::stop_token stop) {
    return wait_until(lock, asio::steady_timer::time_point::max(), std::move(stop));
}

awaitable<void> async_condition::wait_for(std::unique_lock<std::mutex>& lock,
                                          std::chrono::nanoseconds most, std::stop_token stop) {
    return wait_until(lock, asio::steady_timer::clock_type::now() + most, std::move(stop));
}

awaitable<void> async_condition::wait_until(std::unique_lock<std::mutex>& lock,
                                            asio::steady_timer::time_point end,
                                            std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto me = std::make_shared<sleeper>(executor, end);
    {
        const place mine(*this, *lock.mutex(), me);
        lock.unlock();
        const std::stop_callback on_stop(stop, [&me] { me->called.cancel(); });
        while (!me->woken && !stop.stop_requested() && asio::steady_timer::clock_type::now() < end)
            co_await me->called.async_wait(as_tuple);
    }
    lock.lock();
}

void async_condition::notify_all() {
    for (const auto& each : sleepers_) {
        each->woken = true;
        asio::post(each->executor, [each] { each->called.cancel(); });
    }
    sleepers_.clear();
}

} // namespace objftpd
