#include "config/async_condition.hpp"

#include <atomic>

namespace objftpd {

struct async_condition::sleeper {
    explicit sleeper(const asio::any_io_executor& e) : executor(e), called(e) {}

    const asio::any_io_executor executor;
    async_signal called; // used on the executor's thread only
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
    const auto executor = co_await asio::this_coro::executor;
    const auto me = std::make_shared<sleeper>(executor);
    {
        const place mine(*this, *lock.mutex(), me);
        lock.unlock();
        const std::stop_callback on_stop(stop, [&me] { me->called.notify(); });
        while (!me->woken && !stop.stop_requested())
            co_await me->called.wait();
    }
    lock.lock();
}

void async_condition::notify_all() {
    for (const auto& each : sleepers_) {
        each->woken = true;
        asio::post(each->executor, [each] { each->called.notify(); });
    }
    sleepers_.clear();
}

} // namespace objftpd
