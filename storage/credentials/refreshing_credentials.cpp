#include "storage/credentials/refreshing_credentials.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/http/signing.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <exception>
#include <random>

namespace objftpd::storage::credentials {
namespace {

using namespace std::chrono_literals;

constexpr auto margin = 5min;
constexpr auto most_jitter = 60; // seconds
constexpr std::chrono::seconds pause_with_old(30);
constexpr std::chrono::seconds pause_without(2);
constexpr auto pause_of_refusals = 10s;

// Servers that were started together do not ask together.
std::chrono::seconds jitter() {
    thread_local std::minstd_rand source(std::random_device{}());
    return std::chrono::seconds(std::uniform_int_distribution<int>(0, most_jitter)(source));
}

std::string text_of(time_point t) {
    return http::iso_time(std::chrono::floor<std::chrono::seconds>(t));
}

} // namespace

/// One fetch. However it ends, nobody waits for it any longer than it lives.
class refreshing_credentials::fetching {
public:
    explicit fetching(refreshing_credentials& owner) : owner_(owner) {}
    fetching(const fetching&) = delete;
    fetching& operator=(const fetching&) = delete;
    ~fetching() {
        if (!done_)
            owner_.give_up();
    }

    void done(fetch_result got) {
        done_ = true;
        owner_.take(std::move(got));
    }

private:
    refreshing_credentials& owner_;
    bool done_ = false;
};

awaitable<result<std::shared_ptr<const http::credentials>>>
refreshing_credentials::get(std::stop_token stop) {
    const auto executor = co_await asio::this_coro::executor;
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto now = now_();
        if ((now >= renew_at_ || watch_() >= fetch_at_) && !fetching_) {
            fetching_ = true;
            lock.unlock();
            // On its own: it must not end with the session that happened to need it first.
            asio::co_spawn(executor, refresh(shared_from_this()), asio::detached);
            lock.lock();
        }
        const bool waits = fetching_ && (wanted_ || may_have_changed_);
        if (usable(now) && !waits)
            co_return current_;
        if (!fetching_) // one has failed a moment ago
            co_return failure_may_pass_ ? errc::unavailable : errc::refused_credentials;
        if (stop.stop_requested())
            co_return error_code(asio::error::operation_aborted);
        co_await fetched_.wait(lock, stop);
    }
}

awaitable<void> refreshing_credentials::refresh(std::shared_ptr<refreshing_credentials> self) {
    fetching mine(*self);
    try {
        auto got = co_await self->source_->fetch();
        mine.done(std::move(got));
    } catch (const std::exception& e) {
        mine.done(failure(e.what(), "report this"));
    }
}

bool refreshing_credentials::usable(time_point now) const {
    return current_ != nullptr && now < expires_;
}

void refreshing_credentials::take(fetch_result got) {
    const std::lock_guard lock(mutex_);
    const auto now = now_();
    fetching_ = false;
    wanted_ = false;
    if (!got)
        fail(got.error(), now);
    else if (got->expires && *got->expires <= now)
        fail(failure("what came has expired at " + text_of(*got->expires),
                     "set this machine's clock, or renew what gives the credentials out"),
             now);
    else
        keep(std::move(*got), now);
    fetched_.notify_all();
}

// Its I/O thread ends: others may try.
void refreshing_credentials::give_up() {
    const std::lock_guard lock(mutex_);
    fetching_ = false;
    fetch_in(pause_without);
    fetched_.notify_all();
}

// And not before.
void refreshing_credentials::fetch_in(std::chrono::seconds pause) {
    renew_at_ = time_point::max();
    fetch_at_ = watch_() + pause;
}

void refreshing_credentials::keep(fetched got, time_point now) {
    expires_ = got.expires.value_or(time_point::max());
    renew_at_ = time_point::max();
    if (got.expires) {
        const auto ahead = std::min<time_point::duration>(margin + jitter(), (expires_ - now) / 2);
        renew_at_ = std::max<time_point>(expires_ - ahead, now + 1s);
    }
    may_have_changed_ = got.look_again.has_value();
    fetch_at_ = may_have_changed_ ? watch_() + *got.look_again : moment::max();
    if (current_ != nullptr && *current_ == got.who)
        return;
    current_ = std::make_shared<const http::credentials>(std::move(got.who));
    config::log::info("store credentials fetched",
                      {{"store", store_},
                       {"from", origin_},
                       {"key", current_->key_id},
                       {"expires", got.expires ? text_of(expires_) : "never"}});
}

void refreshing_credentials::fail(const failure& why, time_point now) {
    const bool left = usable(now);
    failure_may_pass_ = why.may_pass;
    fetch_in(left ? pause_with_old : pause_without);
    const auto until = left && expires_ != time_point::max() ? text_of(expires_) : "";
    config::log::write(left ? config::log_level::warning : config::log_level::error,
                       left ? "store credentials cannot be renewed; the old ones still serve"
                            : "store credentials cannot be fetched",
                       {{"store", store_},
                        {"from", origin_},
                        {"reason", why.reason},
                        {"advice", why.advice},
                        {"expires", until}});
}

void refreshing_credentials::refused(const http::credentials& which) {
    const std::lock_guard lock(mutex_);
    const auto now = watch_();
    if (current_ == nullptr || *current_ != which ||
        (refused_at_ != moment::min() && now < refused_at_ + pause_of_refusals))
        return;
    refused_at_ = now;
    wanted_ = true;
    fetch_at_ = now;
}

} // namespace objftpd::storage::credentials
