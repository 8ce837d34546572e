#include "storage/layers/retry_budget.hpp"

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

constexpr int cost_of_repeating = 10;

} // namespace

bool retry_budget::take() {
    auto left = left_.load();
    while (left >= cost_of_repeating)
        if (left_.compare_exchange_weak(left, left - cost_of_repeating))
            return true;
    return false;
}

void retry_budget::fill() {
    auto left = left_.load();
    while (left < full && !left_.compare_exchange_weak(left, left + 1)) {
    }
}

std::optional<retry_budget::clock::duration> retry_budget::turn(clock::time_point now,
                                                                clock::duration most) {
    const auto between =
        std::chrono::ceil<clock::duration>(std::chrono::duration<double>(1 / per_second_));
    const std::lock_guard lock(mutex_);
    const auto mine = std::max(next_turn_, now);
    if (mine - now > most)
        return std::nullopt;
    next_turn_ = mine + between;
    return mine - now;
}

} // namespace objftpd::storage::layers
