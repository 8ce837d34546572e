#include "storage/layers/request_queue.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

// One wave of refusals says one thing, however many requests it hits.
constexpr auto between_cuts = std::chrono::seconds(1);
// One for a copy and one for all else, so that a copy of minutes does not hold up a whole store.
constexpr double smallest_limit = 2;

} // namespace

request_queue::place::place(request_queue& owner, const rest::call& c)
    : owner_(owner), lane_(owner.lane_of(c)) {}

request_queue::place::~place() {
    const std::lock_guard lock(owner_.mutex_);
    if (running_)
        --lane_.running;
    else
        lane_.line.remove(this);
    owner_.rate_line_.remove(this);
    owner_.wake_first();
}

bool request_queue::place::may_begin() const {
    return lane_.line.front() == this && lane_.running < lane_.share * owner_.limit_ &&
           owner_.all_running() < owner_.limit_;
}

// Otherwise one lane's many small calls would take each token before there are enough for a long
// list of the other.
bool request_queue::place::is_next_for_tokens() {
    auto& line = owner_.rate_line_;
    if (std::find(line.begin(), line.end(), this) == line.end())
        line.push_back(this);
    return line.front() == this;
}

void request_queue::place::leave_rate_line() {
    if (owner_.rate_line_.remove(this) > 0)
        owner_.wake_first();
}

void request_queue::place::begin() {
    lane_.line.remove(this);
    owner_.rate_line_.remove(this);
    ++lane_.running;
    running_ = true;
    owner_.wake_first();
}

// With the mutex locked, as is all below but what begins with locking it.
void request_queue::wake_first() {
    for (auto* const one : {&copies_, &others_})
        if (!one->line.empty())
            one->line.front()->called_.notify_all();
}

// A store takes minutes for some copies. Others must not wait for them.
request_queue::lane& request_queue::lane_of(const rest::call& c) {
    const bool copies =
        c.what == rest::operation::copy_object || c.what == rest::operation::copy_part;
    return copies ? copies_ : others_;
}

awaitable<result<>> request_queue::enter(place& mine, const rest::call& c) {
    const auto begun = settings_.now();
    const auto entered = co_await wait_in_line(mine, c);
    settings_.totals->add_waiting(c.what, settings_.now() - begun);
    co_return entered;
}

awaitable<result<>> request_queue::wait_in_line(place& mine, const rest::call& c) {
    const auto weight = weight_of(c);
    std::unique_lock lock(mutex_);
    mine.line_up();
    while (!c.stop.stop_requested()) {
        if (!mine.may_begin() || !mine.is_next_for_tokens()) {
            if (!mine.may_begin())
                mine.leave_rate_line();
            co_await mine.called_.wait(lock, c.stop);
            continue;
        }
        const auto wait = wait_for_tokens(weight);
        if (wait.count() == 0) {
            tokens_ -= weight;
            mine.begin();
            co_return result<>();
        }
        lock.unlock();
        co_await settings_.sleep(wait, c.stop);
        lock.lock();
    }
    co_return error_code(asio::error::operation_aborted);
}

double request_queue::weight_of(const rest::call& c) const {
    if (settings_.lists_count_keys && c.what == rest::operation::list_objects)
        for (const auto& p : c.query)
            if (p.name == "max-keys" && p.value)
                return static_cast<double>(config::parse_decimal(*p.value).value_or(1));
    return 1;
}

// How long the next has to wait until the rate allows its request. One that weighs more than a
// second's worth waits for that much, and whoever comes next for the rest.
std::chrono::nanoseconds request_queue::wait_for_tokens(double weight) {
    constexpr double rounding = 1e-6;
    const auto rate = settings_.most_per_second;
    if (rate <= 0)
        return {};
    const auto now = settings_.now();
    const auto passed = std::chrono::duration<double>(now - last_refill_).count();
    last_refill_ = now;
    tokens_ = std::min(rate, tokens_ + passed * rate);
    const auto missing = std::min(weight, rate) - tokens_;
    if (missing <= rounding)
        return {};
    return std::chrono::ceil<std::chrono::nanoseconds>(
        std::chrono::duration<double>(missing / rate));
}

// Whether the number was halved.
bool request_queue::cut() {
    const auto now = settings_.now();
    if (now - last_cut_ < between_cuts)
        return false;
    last_cut_ = now;
    limit_ = std::max(std::min(smallest_limit, settings_.most_at_once), limit_ / 2);
    return true;
}

void request_queue::learn(const rest::answer& a) {
    double fewer = 0;
    {
        const std::lock_guard lock(mutex_);
        if (a.failed == errc::throttled && cut())
            fewer = limit_;
        if (a.was_served() && limit_ < settings_.most_at_once) {
            limit_ = std::min(settings_.most_at_once, limit_ + 1 / limit_);
            wake_first();
        }
    }
    if (fewer > 0)
        config::log::warning("the store asks for fewer requests",
                             {{"requests_at_once", static_cast<std::uint64_t>(fewer)}});
}

double request_queue::limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
}

unsigned request_queue::running() const {
    const std::lock_guard lock(mutex_);
    return all_running();
}

} // namespace objftpd::storage::layers
