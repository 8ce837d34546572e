#include "storage/layers/throttle.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

// One wave of refusals says one thing, however many requests it hits.
constexpr auto between_cuts = std::chrono::seconds(1);
constexpr double smallest_limit = 1;

} // namespace

// A request's place: first in the line, then among those on their way.
class throttle::place {
public:
    explicit place(throttle& owner) : owner_(owner) {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() {
        const std::lock_guard lock(owner_.mutex_);
        if (running_)
            --owner_.running_;
        else
            owner_.line_.remove(this);
        owner_.changed_.notify_all();
    }

    // With the mutex locked.
    void begin() {
        owner_.line_.remove(this);
        ++owner_.running_;
        running_ = true;
        owner_.changed_.notify_all();
    }

private:
    throttle& owner_;
    bool running_ = false;
};

awaitable<result<>> throttle::enter(place& mine, const rest::call& c) {
    std::chrono::nanoseconds wait{};
    {
        std::unique_lock lock(mutex_);
        line_.push_back(&mine);
        while (line_.front() != &mine || running_ >= limit_) {
            if (c.stop.stop_requested())
                co_return error_code(asio::error::operation_aborted);
            co_await changed_.wait(lock, c.stop);
        }
        mine.begin();
        wait = take_tokens(c);
    }
    if (wait.count() > 0)
        co_await sleep_for(wait, c.stop);
    if (c.stop.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    co_return result<>();
}

// How long to wait until the rate allows the request. Whoever comes later waits longer.
std::chrono::nanoseconds throttle::take_tokens(const rest::call& c) {
    if (settings_.most_per_second <= 0)
        return {};
    double weight = 1;
    if (settings_.lists_count_keys && c.what == rest::operation::list_objects)
        for (const auto& p : c.query)
            if (p.name == "max-keys" && p.value)
                weight = static_cast<double>(config::parse_decimal(*p.value).value_or(1));
    const auto now = settings_.now();
    const auto passed = std::chrono::duration<double>(now - last_refill_).count();
    last_refill_ = now;
    tokens_ = std::min(settings_.most_per_second, tokens_ + passed * settings_.most_per_second);
    tokens_ -= weight;
    if (tokens_ >= 0)
        return {};
    const std::chrono::duration<double> wait(-tokens_ / settings_.most_per_second);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(wait);
}

void throttle::learn(const rest::answer& a) {
    const std::lock_guard lock(mutex_);
    if (a.failed == errc::throttled) {
        const auto now = settings_.now();
        if (now - last_cut_ < between_cuts)
            return;
        last_cut_ = now;
        limit_ = std::max(smallest_limit, limit_ / 2);
        config::log::warning("the store asks for fewer requests",
                             {{"requests_at_once", static_cast<std::uint64_t>(limit_)}});
    } else if (!a.failed && limit_ < settings_.most_at_once) {
        limit_ = std::min(settings_.most_at_once, limit_ + 1 / limit_);
        changed_.notify_all();
    }
}

awaitable<rest::answer> throttle::send(const rest::call& c) {
    place mine(*this);
    const auto entered = co_await enter(mine, c);
    if (!entered) {
        rest::answer refused;
        refused.failed = entered.error();
        co_return refused;
    }
    auto a = co_await inner_->send(c);
    learn(a);
    co_return a;
}

double throttle::limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
}

} // namespace objftpd::storage::layers
