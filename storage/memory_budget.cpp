#include "storage/memory_budget.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace objftpd::storage {
namespace {

// A part of the size that every store takes, and some chunks: 8 MiB.
constexpr std::size_t most_beyond = 32;

} // namespace

class memory_budget::member {
public:
    explicit member(std::shared_ptr<memory_budget> b) : budget(std::move(b)) {}
    member(const member&) = delete;
    ~member() {
        std::vector<std::unique_ptr<char[]>> unused; // freed after the lock
        const std::lock_guard lock(budget->mutex_);
        if (budget->beyond_ == this)
            budget->beyond_ = nullptr;
        if (--budget->members_ == 0)
            unused.swap(budget->spare_);
        budget->serve_waiters();
    }

    const std::shared_ptr<memory_budget> budget;
    std::size_t held = 0; // chunks; guarded by the budget's mutex
};

struct memory_budget::waiter {
    waiter(const asio::any_io_executor& e, std::shared_ptr<member> w)
        : executor(e), who(std::move(w)), served(e) {}

    const asio::any_io_executor executor;
    const std::shared_ptr<member> who;
    async_signal served;            // used on the executor's thread only
    std::unique_ptr<char[]> memory; // guarded by the budget's mutex
};

memory_budget::chunk::chunk(std::shared_ptr<member> owner, std::unique_ptr<char[]> memory)
    : owner_(std::move(owner)), memory_(std::move(memory)) {}

memory_budget::chunk::chunk(chunk&& other) noexcept
    : owner_(std::move(other.owner_)), memory_(std::move(other.memory_)) {}

memory_budget::chunk& memory_budget::chunk::operator=(chunk&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(memory_, other.memory_);
    return *this;
}

memory_budget::chunk::~chunk() {
    if (memory_)
        owner_->budget->give_back(*owner_, std::move(memory_));
}

memory_budget::memory_budget(std::size_t bytes)
    : most_(std::max<std::size_t>(1, bytes / chunk_size)) {}

memory_budget::~memory_budget() = default;

std::shared_ptr<memory_budget::member> memory_budget::join() {
    {
        const std::lock_guard lock(mutex_);
        ++members_;
    }
    return std::make_shared<member>(shared_from_this());
}

bool memory_budget::may_take(const member& who) const {
    if (used_ >= most_)
        return beyond_ == &who && used_ < most_ + most_beyond;
    return waiters_.empty() || who.held < most_ / std::max<std::size_t>(1, members_);
}

std::unique_ptr<char[]> memory_budget::take_now(member& who) {
    ++used_;
    ++who.held;
    if (spare_.empty())
        return std::make_unique_for_overwrite<char[]>(chunk_size);
    auto memory = std::move(spare_.back());
    spare_.pop_back();
    return memory;
}

void memory_budget::give_back(member& who, std::unique_ptr<char[]> memory) {
    const std::lock_guard lock(mutex_);
    --used_;
    --who.held;
    if (used_ < most_)
        beyond_ = nullptr;
    spare_.push_back(std::move(memory));
    serve_waiters();
}

// In the order they came; those beyond their share let others pass.
void memory_budget::serve_waiters() {
    const auto share = most_ / std::max<std::size_t>(1, members_);
    const auto serve = [&](std::list<std::shared_ptr<waiter>>::iterator position) {
        const auto found = *position;
        waiters_.erase(position);
        found->memory = take_now(*found->who);
        asio::post(found->executor, [found] { found->served.notify(); });
    };
    while (!waiters_.empty() && used_ < most_) {
        auto next = std::ranges::find_if(waiters_, [&](const auto& w) {
            return w->who->held < std::max<std::size_t>(1, share);
        });
        serve(next == waiters_.end() ? waiters_.begin() : next);
    }
    if (waiters_.empty() || used_ >= most_ + most_beyond)
        return;
    if (beyond_ == nullptr)
        beyond_ = waiters_.front()->who.get();
    const auto chosen =
        std::ranges::find_if(waiters_, [&](const auto& w) { return w->who.get() == beyond_; });
    if (chosen != waiters_.end())
        serve(chosen);
}

memory_budget::chunk memory_budget::try_take(const std::shared_ptr<member>& who) {
    const std::lock_guard lock(mutex_);
    if (!may_take(*who))
        return {};
    return {who, take_now(*who)};
}

// A waiter in the queue for as long as its coroutine waits.
class waiting {
public:
    waiting(memory_budget& budget, std::shared_ptr<memory_budget::waiter> w)
        : budget_(budget), waiter_(std::move(w)) {
        const std::lock_guard lock(budget_.mutex_);
        budget_.waiters_.push_back(waiter_);
        budget_.serve_waiters();
    }
    waiting(const waiting&) = delete;
    ~waiting() {
        std::unique_ptr<char[]> unused;
        {
            const std::lock_guard lock(budget_.mutex_);
            budget_.waiters_.remove(waiter_);
            unused = std::move(waiter_->memory);
        }
        if (unused)
            budget_.give_back(*waiter_->who, std::move(unused));
    }

    std::unique_ptr<char[]> taken() {
        const std::lock_guard lock(budget_.mutex_);
        return std::move(waiter_->memory);
    }

private:
    memory_budget& budget_;
    const std::shared_ptr<memory_budget::waiter> waiter_;
};

awaitable<memory_budget::chunk> memory_budget::take(std::shared_ptr<member> who,
                                                    std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    const auto me = std::make_shared<waiter>(executor, who);
    waiting queue(*this, me);
    const std::stop_callback on_stop(stop, [&me] { me->served.notify(); });
    for (;;) {
        if (auto memory = queue.taken())
            co_return chunk(std::move(who), std::move(memory));
        if (stop.stop_requested())
            co_return chunk();
        co_await me->served.wait();
    }
}

std::size_t memory_budget::used() const {
    const std::lock_guard lock(mutex_);
    return used_ * chunk_size;
}

} // namespace objftpd::storage
