#pragma once

#include "config/async.hpp"
#include "storage/rest/call.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace objftpd::storage::layers {

struct retry_settings {
    unsigned attempts = 4;        // in all
    unsigned abort_attempts = 30; // of AbortMultipartUpload: some minutes
    std::chrono::milliseconds first_wait{200};
    std::chrono::milliseconds longest_wait{20'000};
    sleeper sleep = real_sleeper();
};

/// Sends a call again when it failed in a way that may pass: after a random wait that doubles with
/// every attempt, or the one the store asks for. A budget that good answers fill keeps a sick store
/// from being hammered: once most calls fail, they are no longer repeated. Nobody waits for an
/// AbortMultipartUpload, which is repeated until the store may have come back. Thread-safe.
class retry final : public rest::transport {
public:
    retry(std::shared_ptr<rest::transport> inner, retry_settings settings)
        : inner_(std::move(inner)), settings_(std::move(settings)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    bool take_from_budget();
    void fill_budget();
    bool may_repeat(const rest::call& c, unsigned attempts);
    std::chrono::milliseconds wait_after(unsigned attempt, const rest::answer& a) const;

    static constexpr int full_budget = 500; // in tenths of a repetition

    const std::shared_ptr<rest::transport> inner_;
    const retry_settings settings_;
    std::atomic<int> budget_{full_budget};
};

} // namespace objftpd::storage::layers
