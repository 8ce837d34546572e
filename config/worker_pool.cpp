#include "config/worker_pool.hpp"

namespace objftpd {

worker_pool::worker_pool(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) {
        auto& w = *workers_.emplace_back(std::make_unique<worker>());
        w.thread = std::thread([this, &w] { run(w); });
    }
}

worker_pool::~worker_pool() {
    join();
}

void worker_pool::join() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        for (auto* w : idle_) {
            w->woken = true;
            w->wake.notify_one();
        }
        idle_.clear();
    }
    for (const auto& w : workers_)
        if (w->thread.joinable())
            w->thread.join();
}

void worker_pool::add(std::unique_ptr<job> j) {
    std::unique_lock lock(mutex_);
    jobs_.push_back(std::move(j));
    wake_one(lock);
}

// Releases the lock before it wakes, so that the woken thread need not wait for it.
void worker_pool::wake_one(std::unique_lock<std::mutex>& lock) {
    if (waking_ || idle_.empty() || jobs_.empty())
        return;
    auto* next = idle_.back();
    idle_.pop_back();
    waking_ = true;
    next->woken = true;
    lock.unlock();
    next->wake.notify_one();
}

void worker_pool::run(worker& self) {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (jobs_.empty()) {
            if (ending_)
                return;
            self.woken = false;
            idle_.push_back(&self);
            self.wake.wait(lock, [&] { return self.woken; });
            waking_ = false;
            continue;
        }
        auto next = std::move(jobs_.front());
        jobs_.pop_front();
        wake_one(lock);
        if (lock.owns_lock())
            lock.unlock();
        next->run();
        next.reset(); // may free much: not under the lock
        lock.lock();
    }
}

} // namespace objftpd
