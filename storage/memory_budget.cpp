#include "storage/memory_budget.hpp"

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
        budget->changed_.notify_all(); // the others' shares have grown
    }

    const std::shared_ptr<memory_budget> budget;
    std::size_t held = 0; // chunks; guarded by the budget's mutex
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

std::size_t memory_budget::share() const {
    return std::max<std::size_t>(1, most_ / std::max<std::size_t>(1, members_));
}

bool memory_budget::may_take(const member& who) const {
    if (used_ >= most_)
        return beyond_ == &who && used_ < most_ + most_beyond;
    return line_.empty() || who.held < share();
}

// In the order they came; those beyond their share let others pass.
bool memory_budget::may_take_in_turn(const member& who) {
    if (used_ >= most_) {
        if (beyond_ == nullptr)
            beyond_ = line_.front();
        return beyond_ == &who && used_ < most_ + most_beyond;
    }
    const auto next =
        std::ranges::find_if(line_, [&](const member* m) { return m->held < share(); });
    return (next == line_.end() ? line_.front() : *next) == &who;
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
    changed_.notify_all();
}

memory_budget::chunk memory_budget::try_take(const std::shared_ptr<member>& who) {
    const std::lock_guard lock(mutex_);
    if (!may_take(*who))
        return {};
    return {who, take_now(*who)};
}

// For as long as a coroutine waits, however that ends.
class memory_budget::place_in_line {
public:
    place_in_line(memory_budget& budget, const member* who) : budget_(budget), who_(who) {
        budget_.line_.push_back(who_);
    }
    place_in_line(const place_in_line&) = delete;
    ~place_in_line() {
        if (who_ == nullptr)
            return;
        const std::lock_guard lock(budget_.mutex_);
        give_up();
    }

    // Both with the mutex locked.
    void give_up() {
        if (budget_.beyond_ == who_ && who_->held == 0)
            budget_.beyond_ = nullptr;
        leave();
    }
    void leave() {
        budget_.line_.remove(who_);
        budget_.changed_.notify_all();
        who_ = nullptr;
    }

private:
    memory_budget& budget_;
    const member* who_;
};

awaitable<memory_budget::chunk> memory_budget::take(std::shared_ptr<member> who,
                                                    std::stop_token stop) {
    std::unique_lock lock(mutex_);
    place_in_line place(*this, who.get());
    while (!may_take_in_turn(*who)) {
        if (stop.stop_requested()) {
            place.give_up();
            co_return chunk();
        }
        co_await changed_.wait(lock, stop);
    }
    place.leave();
    auto memory = take_now(*who);
    co_return chunk(std::move(who), std::move(memory));
}

std::size_t memory_budget::used() const {
    const std::lock_guard lock(mutex_);
    return used_ * chunk_size;
}

} // namespace objftpd::storage
