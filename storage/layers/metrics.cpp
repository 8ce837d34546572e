#include "storage/layers/metrics.hpp"

#include "storage/error.hpp"

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::uint64_t count_of(std::chrono::nanoseconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

std::chrono::microseconds time_of(const std::atomic<std::uint64_t>& nanoseconds) {
    return std::chrono::microseconds(nanoseconds.load(relaxed) / 1000);
}

void raise(std::atomic<std::uint64_t>& highest, std::uint64_t to) {
    auto known = highest.load(relaxed);
    while (known < to && !highest.compare_exchange_weak(known, to, relaxed)) {
    }
}

} // namespace

void request_totals::add(const rest::call& c, const rest::answer& a,
                         std::chrono::nanoseconds time) {
    auto& to = at(c.what);
    to.requests.fetch_add(1, relaxed);
    to.failures.fetch_add(a.failed ? 1 : 0, relaxed);
    to.throttled.fetch_add(a.failed == errc::throttled ? 1 : 0, relaxed);
    to.sent.fetch_add(http::size_of(c.body), relaxed);
    to.received.fetch_add(a.received, relaxed);
    to.nanoseconds.fetch_add(count_of(time), relaxed);
    raise(to.slowest, count_of(time));
    const auto bound = std::ranges::lower_bound(time_bounds, time);
    to.by_time[static_cast<std::size_t>(bound - time_bounds.begin())].fetch_add(1, relaxed);
}

void request_totals::add_received(rest::operation what, std::uint64_t bytes) {
    at(what).received.fetch_add(bytes, relaxed);
}

void request_totals::add_repetition(rest::operation what) {
    at(what).repetitions.fetch_add(1, relaxed);
}

void request_totals::add_refusal(rest::operation what) {
    at(what).refusals.fetch_add(1, relaxed);
}

void request_totals::add_waiting(rest::operation what, std::chrono::nanoseconds time) {
    at(what).waiting.fetch_add(count_of(time), relaxed);
}

request_totals::totals request_totals::of(rest::operation what) const {
    const auto& from = counted_[static_cast<std::size_t>(what)];
    totals t;
    t.requests = from.requests.load(relaxed);
    t.failures = from.failures.load(relaxed);
    t.throttled = from.throttled.load(relaxed);
    t.repetitions = from.repetitions.load(relaxed);
    t.refusals = from.refusals.load(relaxed);
    t.sent = from.sent.load(relaxed);
    t.received = from.received.load(relaxed);
    t.time = time_of(from.nanoseconds);
    t.slowest = time_of(from.slowest);
    t.waiting = time_of(from.waiting);
    for (std::size_t i = 0; i < t.by_time.size(); ++i)
        t.by_time[i] = from.by_time[i].load(relaxed);
    return t;
}

request_totals::snapshot request_totals::all() const {
    snapshot s;
    for (std::size_t i = 0; i < s.size(); ++i)
        s[i] = of(static_cast<rest::operation>(i));
    return s;
}

awaitable<rest::answer> metrics::send(const rest::call& c) {
    const auto begun = std::chrono::steady_clock::now();
    auto a = co_await inner_->send(c);
    totals_->add(c, a, std::chrono::steady_clock::now() - begun);
    if (a.stream)
        a.stream->when_dropped([totals = totals_, what = c.what](std::uint64_t received) {
            totals->add_received(what, received);
        });
    co_return a;
}

} // namespace objftpd::storage::layers
