#pragma once

#include "storage/layers/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::layers {

struct breaker_settings {
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
    enum class way { open, probe, closed };

    explicit store_watch(breaker_settings settings) : settings_(std::move(settings)) {}

    /// Whether a call may be sent. Each probe is followed by learn() or by forget_probe().
    way ask();
    void learn(const rest::answer& a, way taken);
    void forget_probe();

    /// Of a call that was not sent.
    void count_refusal(const rest::call& c) { settings_.totals->add_refusal(c.what); }

    /// Until it is worth asking again; 0 while somebody finds out.
    std::chrono::milliseconds rest_of_pause() const;

private:
    bool note_failure(way taken);

    const breaker_settings settings_;
    mutable std::mutex mutex_; // guards all below
    unsigned failed_ = 0;      // one after the other
    breaker_settings::clock::time_point first_failure_{};
    bool closed_ = false;
    breaker_settings::clock::time_point closed_until_{};
    bool probing_ = false; // one call finds out
    breaker_settings::clock::time_point probed_until_{};
};

/// Refuses calls at once while a store does not answer at all, so that no client waits for nothing
/// and a store that comes back is not run over: after a pause one call is let through to see; one
/// that takes longer than the pause is followed by another. What is under way may be sent again
/// after the rest of the pause: a transfer that has begun outlives it, and an AbortMultipartUpload
/// that is given up would leave parts behind that cost. Thread-safe.
class breaker final : public rest::transport {
public:
    breaker(std::shared_ptr<rest::transport> inner, std::shared_ptr<store_watch> watch)
        : inner_(std::move(inner)), watch_(std::move(watch)) {}
    breaker(std::shared_ptr<rest::transport> inner, breaker_settings settings)
        : breaker(std::move(inner), std::make_shared<store_watch>(std::move(settings))) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    class probe;

    rest::answer refuse(const rest::call& c) const;

    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<store_watch> watch_;
};

} // namespace objftpd::storage::layers
