#include "storage/layers/breaker.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/layers/jitter.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <utility>

namespace objftpd::storage::layers {
namespace {

enum class sign { there, gone, none };

// Any answer of the store shows that it is there, even one that refuses; its failures and those of
// what stands in front of it do not. A store that asks for fewer requests says so in words,
// or at least gives its id.
sign sign_of(const rest::answer& a) {
    if (a.failed == asio::error::operation_aborted || a.no_connection)
        return sign::none;
    if (a.failed == errc::refused_credentials && a.status == 0) // there were none to ask it with
        return sign::none;
    const bool failing = a.failed == errc::unavailable && (a.status == 0 || a.status >= 500);
    const bool wordless = a.status == 503 && a.vendor.code.empty() && a.request_id() == nullptr;
    return failing || wordless ? sign::gone : sign::there;
}

} // namespace

store_watch::way store_watch::ask() {
    const std::lock_guard lock(mutex_);
    if (!closed_)
        return way::open;
    const auto now = settings_.now();
    if (now < closed_until_ || (probing_ && now < probed_until_))
        return way::closed;
    probing_ = true;
    probed_until_ = now + settings_.pause;
    return way::probe;
}

void store_watch::forget_probe() {
    const std::lock_guard lock(mutex_);
    probing_ = false;
}

// With the mutex locked. Whether the way is closed now and was not before.
bool store_watch::note_failure(way taken) {
    const auto now = settings_.now();
    if (failed_ == 0)
        first_failure_ = now;
    failed_ = std::min(failed_ + 1, settings_.failures);
    // Many that fail within a moment are one failure: a load balancer that restarts, say.
    const bool enough = failed_ == settings_.failures && now - first_failure_ >= settings_.span;
    const bool closes = enough && !std::exchange(closed_, closed_ || enough);
    // What was sent before and fails late tells nothing new.
    if (closes || taken == way::probe)
        closed_until_ = now + settings_.pause;
    return closes;
}

void store_watch::learn(const rest::answer& a, way taken) {
    const auto seen = sign_of(a);
    bool closes = false;
    bool opens = false;
    {
        const std::lock_guard lock(mutex_);
        if (taken == way::probe)
            probing_ = false;
        if (seen == sign::there) {
            opens = std::exchange(closed_, false);
            failed_ = 0;
        } else if (seen == sign::gone) {
            closes = note_failure(taken);
        }
    }
    if (opens)
        config::log::info("the store answers again", {{"store", settings_.store}});
    if (closes)
        config::log::error("the store does not answer; requests are refused for a while",
                           {{"store", settings_.store},
                            {"seconds", settings_.pause.count()},
                            {"advice", "look at the store, its endpoint and the network"}});
}

std::chrono::milliseconds store_watch::rest_of_pause() const {
    const std::lock_guard lock(mutex_);
    const auto left = closed_until_ - settings_.now();
    return std::chrono::ceil<std::chrono::milliseconds>(
        std::max(left, breaker_settings::clock::duration()));
}

// The one call that finds out, however it ends.
class breaker::probe {
public:
    probe(store_watch& watch, store_watch::way taken) : watch_(watch), taken_(taken) {}
    probe(const probe&) = delete;
    ~probe() {
        if (taken_ == store_watch::way::probe && !learnt_)
            watch_.forget_probe();
    }
    void learn(const rest::answer& a) {
        watch_.learn(a, taken_);
        learnt_ = true;
    }

private:
    store_watch& watch_;
    const store_watch::way taken_;
    bool learnt_ = false;
};

rest::answer breaker::refuse(const rest::call& c) const {
    constexpr std::chrono::milliseconds apart(1000); // who waits for the same does not come at once
    watch_->count_refusal(c);
    rest::answer refused;
    refused.failed = errc::unavailable;
    if (c.reached == rest::stage::under_way) {
        refused.may_retry = true;
        refused.wait = watch_->rest_of_pause();
        if (refused.wait.count() > 0)
            refused.wait += std::chrono::milliseconds(
                static_cast<std::int64_t>(random_share() * static_cast<double>(apart.count())));
    }
    return refused;
}

awaitable<rest::answer> breaker::send(const rest::call& c) {
    const auto taken = watch_->ask();
    if (taken == store_watch::way::closed)
        co_return refuse(c);
    probe mine(*watch_, taken);
    auto a = co_await inner_->send(c);
    mine.learn(a);
    co_return a;
}

} // namespace objftpd::storage::layers
