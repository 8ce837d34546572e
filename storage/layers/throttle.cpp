#include "storage/layers/throttle.hpp"

#include <utility>

namespace objftpd::storage::layers {

awaitable<rest::answer> throttle::send(const rest::call& c) {
    request_queue::place mine(*line_, c);
    const auto entered = co_await line_->enter(mine, c);
    if (!entered) {
        rest::answer refused;
        refused.failed = entered.error();
        co_return refused;
    }
    auto a = co_await inner_->send(c);
    line_->learn(a);
    co_return a;
}

} // namespace objftpd::storage::layers
