#include "storage/layers/breaker.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::storage::layers {
namespace {

// Any answer shows that the store is there, even one that refuses.
bool is_gone(const rest::answer& a) {
    return a.failed == errc::unavailable && (a.status == 0 || a.status >= 500);
}

} // namespace

breaker::way breaker::ask() {
    const std::lock_guard lock(mutex_);
    if (failed_ < settings_.failures)
        return way::open;
    if (probing_ || settings_.now() < closed_until_)
        return way::closed;
    probing_ = true;
    return way::probe;
}

void breaker::learn(const rest::answer& a, way taken) {
    const std::lock_guard lock(mutex_);
    if (taken == way::probe)
        probing_ = false;
    if (a.failed == asio::error::operation_aborted) // tells nothing
        return;
    if (!is_gone(a)) {
        if (failed_ >= settings_.failures)
            config::log::info("the store answers again", {{"store", settings_.store}});
        failed_ = 0;
        return;
    }
    if (failed_ < settings_.failures)
        ++failed_;
    if (failed_ < settings_.failures)
        return;
    closed_until_ = settings_.now() + settings_.pause;
    if (taken == way::open)
        config::log::error("the store does not answer; requests are refused for a while",
                           {{"store", settings_.store},
                            {"seconds", settings_.pause.count()},
                            {"advice", "look at the store, its endpoint and the network"}});
}

awaitable<rest::answer> breaker::send(const rest::call& c) {
    const auto taken = ask();
    if (taken == way::closed) {
        rest::answer refused;
        refused.failed = errc::unavailable;
        co_return refused;
    }
    auto a = co_await inner_->send(c);
    learn(a, taken);
    co_return a;
}

} // namespace objftpd::storage::layers
