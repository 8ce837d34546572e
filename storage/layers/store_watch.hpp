#pragma once

#include "storage/layers/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::layers {

struct watch_settings {
    using clock = std::chrono::steady_clock;

    std::string store;            // its name, for the log
    unsigned failures = 20;       // one after the other...
    std::chrono::seconds span{2}; // ...from the first to the last, then calls are refused at once
    std::chrono::seconds pause{5};
    std::function<clock::time_point()> now = clock::now;
    std::shared_ptr<request_totals> totals = std::make_shared<request_totals>();
};

/// Whether a store answers, as all have seen who asked it, for whichever bucket. Thread-safe.
class store_watch {
public:
    /// Open; closed but for this one call, which finds out; closed.
    enum class way { open, probe, closed };

    explicit store_watch(watch_settings settings) : settings_(std::move(settings)) {}

    /// Whether a call may be sent. Each probe is followed by learn() or by forget_probe().
    way ask();

    /// From the answer to a call that was sent.
    void learn(const rest::answer& a, way taken);

    /// It has no answer: its coroutine was ended.
    void forget_probe();

    /// Of a call that was not sent.
    void count_refusal(const rest::call& c) { settings_.totals->add_refusal(c.what); }

    /// Until it is worth asking again; 0 while somebody finds out.
    std::chrono::milliseconds rest_of_pause() const;

private:
    bool note_failure(way taken);

    const watch_settings settings_;
    mutable std::mutex mutex_; // guards all below
    unsigned failed_ = 0;      // one after the other
    watch_settings::clock::time_point first_failure_{};
    bool closed_ = false;
    watch_settings::clock::time_point closed_until_{};
    bool probing_ = false; // one call finds out
    watch_settings::clock::time_point probed_until_{};
};

} // namespace objftpd::storage::layers
