#include "storage/layers/breaker.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::layers {
namespace {

enum class sign { there, gone, none };

// Any answer of the store shows that it is there, even one that refuses; its failures and those of
// what stands in front of it do not. A store that asks for fewer requests says so in words,
// or at least gives its id.
sign sign_of(const rest::answer& a) {
    if (a.failed == asio::error::operation_aborted)
        return sign::none;
    if (a.failed == errc::refused_credentials && a.status == 0) // there were none to ask it with
        return sign::none;
    const bool failing = a.failed == errc::unavailable && (a.status == 0 || a.status >= 500);
    const bool wordless = a.status == 503 && a.vendor.code.empty() && a.request_id() == nullptr;
    return failing || wordless ? sign::gone : sign::there;
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

// The one call that finds out, however it ends.
class breaker::probe {
public:
    probe(breaker& owner, way taken) : owner_(owner), taken_(taken) {}
    probe(const probe&) = delete;
    ~probe() {
        if (taken_ != way::probe)
            return;
        const std::lock_guard lock(owner_.mutex_);
        owner_.probing_ = false;
    }

private:
    breaker& owner_;
    const way taken_;
};

void breaker::learn(const rest::answer& a) {
    const auto seen = sign_of(a);
    if (seen == sign::none)
        return;
    bool closes = false;
    bool opens = false;
    {
        const std::lock_guard lock(mutex_);
        if (seen == sign::there) {
            opens = failed_ >= settings_.failures;
            failed_ = 0;
        } else {
            const auto before = failed_;
            failed_ = std::min(failed_ + 1, settings_.failures);
            if (failed_ == settings_.failures)
                closed_until_ = settings_.now() + settings_.pause;
            closes = before < failed_ && failed_ == settings_.failures;
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

rest::answer breaker::refuse(const rest::call& c) const {
    rest::answer refused;
    refused.failed = errc::unavailable;
    if (c.what == rest::operation::abort_upload) {
        refused.may_retry = true;
        refused.wait = settings_.pause;
    }
    return refused;
}

awaitable<rest::answer> breaker::send(const rest::call& c) {
    const auto taken = ask();
    if (taken == way::closed)
        co_return refuse(c);
    const probe mine(*this, taken);
    auto a = co_await inner_->send(c);
    learn(a);
    co_return a;
}

} // namespace objftpd::storage::layers
