#include "storage/layers/store_watch.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"

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
        std::max(left, watch_settings::clock::duration()));
}

} // namespace objftpd::storage::layers
