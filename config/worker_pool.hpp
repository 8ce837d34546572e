#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace objftpd {

/// Threads for work that blocks: system calls on files, password hashing. Thread-safe.
///
/// The thread that was busy last is woken first, one at a time, and each wakes the next only if
/// work is left: short jobs stay on one warm thread instead of waking a cold one each, while jobs
/// that block soon have all threads at work.
class worker_pool {
public:
    explicit worker_pool(unsigned threads);
    ~worker_pool();

    /// Runs `work` once, on some thread. REQUIRES: it does not throw.
    template <class Work>
    void post(Work work) {
        add(std::make_unique<job_of<Work>>(std::move(work)));
    }

    /// Runs what has been posted, then ends the threads. What is posted later never runs, and is
    /// destroyed with the pool.
    void join();

private:
    struct job {
        virtual ~job() = default;
        virtual void run() = 0;
    };
    template <class Work>
    struct job_of final : job {
        explicit job_of(Work w) : work(std::move(w)) {}
        void run() override { work(); }
        Work work;
    };
    struct worker {
        std::condition_variable wake;
        bool woken = false;
        std::thread thread;
    };

    void add(std::unique_ptr<job> j);
    void run(worker& self);
    void wake_one(std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::deque<std::unique_ptr<job>> jobs_; // guarded by mutex_, like all below
    std::vector<worker*> idle_;             // the one that was busy last is at the back
    bool waking_ = false;                   // one has been woken and has not looked yet
    bool ending_ = false;
    std::vector<std::unique_ptr<worker>> workers_;
};

} // namespace objftpd
