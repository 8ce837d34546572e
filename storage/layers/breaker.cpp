#include "storage/layers/breaker.hpp"

#include "storage/error.hpp"
#include "storage/layers/jitter.hpp"

namespace objftpd::storage::layers {

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
