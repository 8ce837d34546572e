#include "storage/layers/retry.hpp"

#include "storage/error.hpp"
#include "storage/layers/jitter.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

// What the store may be spared for a while, or be gone for; not what is wrong with one request.
bool is_outage(const rest::answer& a) {
    const bool without_keys = a.failed == errc::refused_credentials && a.status == 0;
    return a.failed == errc::unavailable || a.failed == errc::throttled || without_keys;
}

} // namespace

/// The attempts of one call.
struct retry::history {
    unsigned attempts = 0;
    std::optional<retry_settings::clock::time_point> outage; // since when
    bool may_have_worked = false;
};

std::chrono::nanoseconds retry::wait_after(const history& past, const rest::answer& a,
                                           std::chrono::milliseconds longest) const {
    const auto doubled = settings_.first_wait * (1u << std::min(past.attempts - 1, 16u));
    const auto most = std::min<std::chrono::milliseconds>(doubled, longest);
    const auto chosen = std::chrono::milliseconds(
        static_cast<std::int64_t>(random_share() * static_cast<double>(most.count())));
    return std::max(chosen, std::min(a.wait, settings_.longest_wait));
}

std::optional<std::chrono::nanoseconds>
retry::wait_in_outage(const rest::call& c, const rest::answer& a, history& past) const {
    if (c.reached != rest::stage::under_way || !is_outage(a))
        return std::nullopt;
    const auto now = settings_.now();
    if (!past.outage)
        past.outage = now;
    const auto left = *past.outage + settings_.outage_patience - now;
    if (left.count() <= 0)
        return std::nullopt;
    const auto turn = budget_->turn(now, left);
    if (!turn)
        return std::nullopt;
    return std::max<std::chrono::nanoseconds>(*turn,
                                              wait_after(past, a, settings_.longest_outage_wait));
}

// Nothing: it is not sent again.
std::optional<std::chrono::nanoseconds> retry::next_wait(const rest::call& c, const rest::answer& a,
                                                         history& past) const {
    const bool is_abort =
        c.what == rest::operation::abort_upload && c.reached == rest::stage::under_way;
    if (!is_abort)
        if (const auto wait = wait_in_outage(c, a, past))
            return wait;
    const bool again = is_abort ? past.attempts < settings_.abort_attempts
                                : past.attempts < settings_.attempts && budget_->take();
    if (!again)
        return std::nullopt;
    return wait_after(past, a, settings_.longest_wait);
}

// Whoever waits no longer, or wants no more attempts, does not wait for the next one.
awaitable<void> retry::sleep(std::chrono::nanoseconds time, const rest::call& c) const {
    std::stop_source ended;
    const auto end = [&ended] { ended.request_stop(); };
    const std::stop_callback on_stop(c.stop, end);
    const std::stop_callback on_last(c.no_more_attempts, end);
    auto either = ended.get_token();
    co_await settings_.sleep(time, std::move(either));
}

awaitable<rest::answer> retry::send(const rest::call& c) {
    history past;
    for (;;) {
        if (past.attempts > 0)
            settings_.totals->add_repetition(c.what);
        auto a = co_await inner_->send(c);
        ++past.attempts;
        past.may_have_worked = past.may_have_worked || a.may_have_worked;
        a.may_have_worked = past.may_have_worked;
        if (a.was_served())
            budget_->fill();
        if (!a.failed || !a.may_retry || c.no_more_attempts.stop_requested())
            co_return a;
        const auto wait = next_wait(c, a, past);
        if (!wait)
            co_return a;
        co_await sleep(*wait, c);
        if (c.no_more_attempts.stop_requested())
            co_return a;
        if (c.stop.stop_requested()) {
            a.failed = asio::error::operation_aborted;
            co_return a;
        }
    }
}

} // namespace objftpd::storage::layers
