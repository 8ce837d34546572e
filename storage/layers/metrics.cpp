#include "storage/layers/metrics.hpp"

namespace objftpd::storage::layers {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

} // namespace

void request_totals::add(const rest::call& c, const rest::answer& a,
                         std::chrono::nanoseconds time) {
    auto& to = counted_[static_cast<std::size_t>(c.what)];
    to.requests.fetch_add(1, relaxed);
    to.failures.fetch_add(a.failed ? 1 : 0, relaxed);
    to.sent.fetch_add(http::size_of(c.body), relaxed);
    to.received.fetch_add(a.received(), relaxed);
    to.nanoseconds.fetch_add(static_cast<std::uint64_t>(time.count()), relaxed);
}

request_totals::totals request_totals::of(rest::operation what) const {
    const auto& from = counted_[static_cast<std::size_t>(what)];
    totals t;
    t.requests = from.requests.load(relaxed);
    t.failures = from.failures.load(relaxed);
    t.sent = from.sent.load(relaxed);
    t.received = from.received.load(relaxed);
    t.time = std::chrono::microseconds(from.nanoseconds.load(relaxed) / 1000);
    return t;
}

awaitable<rest::answer> metrics::send(const rest::call& c) {
    const auto begun = std::chrono::steady_clock::now();
    auto a = co_await inner_->send(c);
    totals_->add(c, a, std::chrono::steady_clock::now() - begun);
    co_return a;
}

} // namespace objftpd::storage::layers
