#pragma once

#include "config/async.hpp"
#include "storage/layers/metrics.hpp"
#include "storage/layers/retry_budget.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace objftpd::storage::layers {

struct retry_settings {
    using clock = retry_budget::clock;

    unsigned attempts = 4;        // in all
    unsigned abort_attempts = 30; // of AbortMultipartUpload: some minutes
    std::chrono::milliseconds first_wait{200};
    std::chrono::milliseconds longest_wait{20'000};
    std::chrono::milliseconds outage_patience{
        60'000}; // of what is under way, since it first failed
    std::chrono::milliseconds longest_outage_wait{3'000}; // then, unless more is asked for
    double outage_repeats = 100;                          // then, in a second
    std::function<clock::time_point()> now = clock::now;
    sleeper sleep = real_sleeper();
    std::shared_ptr<request_totals> totals = std::make_shared<request_totals>();
};

/// Sends a call again when it failed in a way that may pass: after a random wait that doubles with
/// every attempt, or the one the store asks for. A budget that good answers fill keeps a sick store
/// from being hammered: once most calls fail, they are no longer repeated.
///
/// What is under way when the store fails or asks for fewer requests is sent again until a time has
/// passed, however often that is, so many calls in a second: a store that restarts costs no
/// transfer. Nobody waits for most AbortMultipartUploads, which are repeated until the store may
/// have come back. Thread-safe.
class retry final : public rest::transport {
public:
    retry(std::shared_ptr<rest::transport> inner, retry_settings settings,
          std::shared_ptr<retry_budget> budget)
        : inner_(std::move(inner)), settings_(std::move(settings)), budget_(std::move(budget)) {}
    retry(std::shared_ptr<rest::transport> inner, retry_settings settings)
        : retry(std::move(inner), settings,
                std::make_shared<retry_budget>(settings.outage_repeats)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    struct history;

    std::chrono::nanoseconds wait_after(const history& past, const rest::answer& a,
                                        std::chrono::milliseconds longest) const;
    std::optional<std::chrono::nanoseconds>
    wait_in_outage(const rest::call& c, const rest::answer& a, history& past) const;
    std::optional<std::chrono::nanoseconds> next_wait(const rest::call& c, const rest::answer& a,
                                                      history& past) const;
    awaitable<void> sleep(std::chrono::nanoseconds time, const rest::call& c) const;

    const std::shared_ptr<rest::transport> inner_;
    const retry_settings settings_;
    const std::shared_ptr<retry_budget> budget_;
};

} // namespace objftpd::storage::layers
