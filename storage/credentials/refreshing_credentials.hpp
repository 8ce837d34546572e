#pragma once

#include "config/async_condition.hpp"
#include "storage/credentials/source.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::credentials {

/// Keeps what a source gives out and fetches anew before it expires: 5 to 6 minutes ahead, or at
/// half of a shorter lifetime. One fetch at a time for all I/O threads; while it goes on everybody
/// works with the old credentials, and waits only where these are of no use any more. When a fetch
/// fails the old ones serve until they have really expired. Made by std::make_shared; thread-safe.
class refreshing_credentials final : public http::credentials_provider,
                                     public std::enable_shared_from_this<refreshing_credentials> {
public:
    using clock = std::function<time_point()>;
    using moment = std::chrono::steady_clock::time_point;
    using stopwatch = std::function<moment()>;

    /// `store` and `origin` ("ecs-role") name it in the log. Credentials expire by `now`; pauses
    /// are measured by `watch`, which nobody sets back.
    refreshing_credentials(std::string store, std::string origin, std::shared_ptr<source> from,
                           clock now = std::chrono::system_clock::now,
                           stopwatch watch = std::chrono::steady_clock::now)
        : store_(std::move(store)), origin_(std::move(origin)), source_(std::move(from)),
          now_(std::move(now)), watch_(std::move(watch)) {}

    /// errc::refused_credentials if there are none; errc::unavailable if nobody answered.
    awaitable<result<std::shared_ptr<const http::credentials>>>
    get(std::stop_token stop = {}) override;

    /// The next get() waits for others, but not more than once in 10 s: a store that refuses good
    /// credentials must not make us ask for ever.
    void refused(const http::credentials& which) override;

private:
    class fetching;

    static awaitable<void> refresh(std::shared_ptr<refreshing_credentials> self);
    void take(fetch_result got);
    void give_up();
    void keep(fetched got, time_point now);
    void fail(const failure& why, time_point now);
    void fetch_in(std::chrono::seconds pause);
    bool usable(time_point now) const;

    const std::string store_;
    const std::string origin_;
    const std::shared_ptr<source> source_;
    const clock now_;
    const stopwatch watch_;

    std::mutex mutex_; // of all below
    std::shared_ptr<const http::credentials> current_;
    time_point expires_ = time_point::max();
    time_point renew_at_ = time_point::max(); // ahead of expires_
    moment fetch_at_ = moment::min();         // by all means
    moment refused_at_ = moment::min();
    bool may_have_changed_ = false; // at fetch_at_, so that it is waited for
    bool wanted_ = false;           // the current ones were refused
    bool fetching_ = false;
    bool failure_may_pass_ = false; // the last one
    async_condition fetched_;
};

} // namespace objftpd::storage::credentials
