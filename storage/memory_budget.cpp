#include "storage/memory_budget.hpp"

#include <algorithm>
#include <utility>

namespace objftpd::storage {
namespace {

// A part of the size that every store takes, and some chunks: 8 MiB.
constexpr std::size_t most_beyond = 32;
constexpr std::size_t most_exceeding = 4;
constexpr std::chrono::seconds patience(10);

} // namespace

class memory_budget::member {
public:
    member(std::shared_ptr<memory_budget> b, bool shares)
        : budget(std::move(b)), has_share(shares) {}
    member(const member&) = delete;
    ~member() {
        std::vector<std::unique_ptr<char[]>> unused; // freed after the lock
        const std::lock_guard lock(budget->mutex_);
        if (budget->beyond_ == this)
            budget->beyond_ = nullptr;
        if (has_share)
            --budget->members_;
        if (budget->members_ == 0)
            unused.swap(budget->spare_);
        budget->wake_next(); // the others' shares have grown
    }

    const std::shared_ptr<memory_budget> budget;
    const bool has_share;
    std::size_t held = 0;   // chunks; guarded by the budget's mutex, as is
    std::size_t beyond = 0; // how many of them are beyond the budget
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

// For as long as a coroutine waits, however that ends.
class memory_budget::place_in_line {
public:
    place_in_line(memory_budget& budget, const member& m) : who(m), budget_(budget) {
        budget_.line_.push_back(this);
    }
    place_in_line(const place_in_line&) = delete;
    ~place_in_line() {
        if (left_)
            return;
        const std::lock_guard lock(budget_.mutex_);
        give_up();
    }

    // Both with the mutex locked.
    void give_up() {
        if (budget_.beyond_ == &who)
            budget_.beyond_ = nullptr;
        leave();
        budget_.wake_next();
    }
    void leave() {
        budget_.line_.remove(this);
        left_ = true;
    }

    const member& who;
    async_condition called;

private:
    memory_budget& budget_;
    bool left_ = false;
};

memory_budget::memory_budget(std::size_t bytes, std::function<clock::time_point()> now)
    : most_(std::max<std::size_t>(1, bytes / chunk_size)), now_(std::move(now)) {}

memory_budget::~memory_budget() = default;

std::shared_ptr<memory_budget::member> memory_budget::join() {
    {
        const std::lock_guard lock(mutex_);
        ++members_;
    }
    return std::make_shared<member>(shared_from_this(), true);
}

std::shared_ptr<memory_budget::member> memory_budget::join_without_share() {
    return std::make_shared<member>(shared_from_this(), false);
}

std::size_t memory_budget::share() const {
    return std::max<std::size_t>(1, most_ / std::max<std::size_t>(1, members_));
}

bool memory_budget::may_exceed(const member& who) const {
    return beyond_ == &who && who.beyond < most_beyond;
}

bool memory_budget::may_be_next_beyond(const member& who) const {
    return beyond_ != &who && who.beyond < most_beyond &&
           (who.beyond > 0 || exceeding_ < most_exceeding);
}

// Of those that wait, once the budget is used up: the one that may go on nevertheless.
void memory_budget::choose_beyond() {
    if (beyond_ != nullptr && now_() < beyond_until_)
        return;
    const auto found = std::ranges::find_if(
        line_, [&](const place_in_line* p) { return may_be_next_beyond(p->who); });
    if (found == line_.end())
        return;
    beyond_ = &(*found)->who;
    beyond_until_ = now_() + patience;
    (*found)->called.notify_all();
}

bool memory_budget::may_take(const member& who) {
    if (used_ < most_)
        return line_.empty() || who.held < share();
    choose_beyond();
    return may_exceed(who);
}

// Who of those that wait may take a chunk now, in the order they came; those beyond their share let
// others pass. Null: nobody.
memory_budget::place_in_line* memory_budget::next() {
    if (line_.empty())
        return nullptr;
    if (used_ >= most_) {
        choose_beyond();
        const auto found =
            std::ranges::find_if(line_, [&](const place_in_line* p) { return may_exceed(p->who); });
        return found == line_.end() ? nullptr : *found;
    }
    const auto found =
        std::ranges::find_if(line_, [&](const place_in_line* p) { return p->who.held < share(); });
    return found == line_.end() ? line_.front() : *found;
}

void memory_budget::wake_next() {
    if (auto* const place = next())
        place->called.notify_all();
}

std::unique_ptr<char[]> memory_budget::take_now(member& who) {
    if (used_ >= most_ && who.beyond++ == 0)
        ++exceeding_;
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
    if (who.beyond > 0 && --who.beyond == 0)
        --exceeding_;
    if (used_ < most_ || beyond_ == &who)
        beyond_ = nullptr;
    spare_.push_back(std::move(memory));
    wake_next();
    for (auto* const place : line_) // it may wait in vain from now on
        if (&place->who == &who)
            place->called.notify_all();
}

memory_budget::chunk memory_budget::try_take(const std::shared_ptr<member>& who) {
    const std::lock_guard lock(mutex_);
    if (!may_take(*who))
        return {};
    return {who, take_now(*who)};
}

memory_budget::chunk memory_budget::try_take_spare(const std::shared_ptr<member>& who) {
    const std::lock_guard lock(mutex_);
    if (used_ >= most_ / 2 || !line_.empty())
        return {};
    return {who, take_now(*who)};
}

awaitable<memory_budget::chunk> memory_budget::take(std::shared_ptr<member> who,
                                                    std::stop_token stop) {
    return wait(std::move(who), std::nullopt, std::move(stop));
}

awaitable<memory_budget::chunk> memory_budget::take_unless_in_vain(std::shared_ptr<member> who,
                                                                   std::size_t kept,
                                                                   std::stop_token stop) {
    return wait(std::move(who), kept, std::move(stop));
}

// Its own memory comes back for certain; that of others may hang on slow clients.
bool memory_budget::waits_in_vain(const member& who, std::size_t kept,
                                  clock::time_point until) const {
    return who.held * chunk_size <= kept && (who.beyond >= most_beyond || now_() >= until);
}

awaitable<memory_budget::chunk> memory_budget::wait(std::shared_ptr<member> who,
                                                    std::optional<std::size_t> kept,
                                                    std::stop_token stop) {
    std::unique_lock lock(mutex_);
    place_in_line mine(*this, *who);
    const auto until = now_() + patience;
    while (next() != &mine) {
        if (stop.stop_requested() || (kept && waits_in_vain(*who, *kept, until))) {
            mine.give_up();
            co_return chunk();
        }
        wake_next(); // whom this one was woken for, if something has changed since
        co_await mine.called.wait_for(lock, patience, stop);
    }
    mine.leave();
    auto memory = take_now(*who);
    wake_next();
    co_return chunk(std::move(who), std::move(memory));
}

std::size_t memory_budget::within_reach() const {
    const std::lock_guard lock(mutex_);
    return std::max(share(), most_beyond) * chunk_size;
}

std::size_t memory_budget::used() const {
    const std::lock_guard lock(mutex_);
    return used_ * chunk_size;
}

} // namespace objftpd::storage
