#pragma once

#include "storage/rest/call.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::layers {

struct breaker_settings {
    using clock = std::chrono::steady_clock;

    std::string store;      // its name, for the log
    unsigned failures = 20; // one after the other, then calls are refused at once
    std::chrono::seconds pause{5};
    std::function<clock::time_point()> now = clock::now;
};

/// Refuses calls at once while a store does not answer at all, so that no client waits for nothing
/// and a store that comes back is not run over: after a pause one call is let through to see. A
/// refused AbortMultipartUpload may be sent again: given up, it would leave parts behind that cost.
/// Thread-safe.
class breaker final : public rest::transport {
public:
    breaker(std::shared_ptr<rest::transport> inner, breaker_settings settings)
        : inner_(std::move(inner)), settings_(std::move(settings)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    enum class way { open, probe, closed };
    class probe;

    way ask();
    rest::answer refuse(const rest::call& c) const;
    void learn(const rest::answer& a);

    const std::shared_ptr<rest::transport> inner_;
    const breaker_settings settings_;
    mutable std::mutex mutex_; // guards all below
    unsigned failed_ = 0;      // one after the other
    bool probing_ = false;     // one call finds out
    breaker_settings::clock::time_point closed_until_{};
};

} // namespace objftpd::storage::layers
