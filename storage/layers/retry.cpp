#include "storage/layers/retry.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <random>

namespace objftpd::storage::layers {
namespace {

constexpr int cost_of_repeating = 10;

double random_share() {
    thread_local std::minstd_rand source(std::random_device{}());
    return std::uniform_real_distribution<double>(0.0, 1.0)(source);
}

} // namespace

bool retry::take_from_budget() {
    auto left = budget_.load();
    while (left >= cost_of_repeating)
        if (budget_.compare_exchange_weak(left, left - cost_of_repeating))
            return true;
    return false;
}

void retry::fill_budget() {
    auto left = budget_.load();
    while (left < full_budget && !budget_.compare_exchange_weak(left, left + 1)) {
    }
}

bool retry::may_repeat(const rest::call& c, unsigned attempts) {
    if (c.what == rest::operation::abort_upload)
        return attempts < settings_.abort_attempts;
    return attempts < settings_.attempts && take_from_budget();
}

std::chrono::milliseconds retry::wait_after(unsigned attempt, const rest::answer& a) const {
    const auto doubled = settings_.first_wait * (1u << std::min(attempt, 16u));
    const auto most = std::min(doubled, settings_.longest_wait);
    // Full jitter: those that failed together do not come again together.
    const auto chosen = std::chrono::milliseconds(
        static_cast<std::int64_t>(random_share() * static_cast<double>(most.count())));
    return std::max(chosen, std::min(a.wait, settings_.longest_wait));
}

awaitable<rest::answer> retry::send(const rest::call& c) {
    bool may_have_worked = false;
    for (unsigned attempt = 0;; ++attempt) {
        auto a = co_await inner_->send(c);
        may_have_worked = may_have_worked || a.may_have_worked;
        a.may_have_worked = may_have_worked;
        if (!a.failed)
            fill_budget();
        if (!a.failed || !a.may_retry || c.no_more_attempts.stop_requested() ||
            !may_repeat(c, attempt + 1))
            co_return a;
        co_await settings_.sleep(wait_after(attempt, a), c.stop);
        if (c.no_more_attempts.stop_requested())
            co_return a;
        if (c.stop.stop_requested()) {
            a.failed = asio::error::operation_aborted;
            co_return a;
        }
    }
}

} // namespace objftpd::storage::layers
