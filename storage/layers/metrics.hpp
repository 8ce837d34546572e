#pragma once

#include "storage/rest/call.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <memory>

namespace objftpd::storage::layers {

/// What was asked of a store since the start. Thread-safe.
class request_totals {
public:
    struct totals {
        std::uint64_t requests = 0;
        std::uint64_t failures = 0;
        std::uint64_t sent = 0;     // bytes of bodies
        std::uint64_t received = 0; // the same, as their answers announce them
        std::chrono::microseconds time{};
    };

    void add(const rest::call& c, const rest::answer& a, std::chrono::nanoseconds time);
    totals of(rest::operation what) const;

private:
    struct counters {
        std::atomic<std::uint64_t> requests = 0;
        std::atomic<std::uint64_t> failures = 0;
        std::atomic<std::uint64_t> sent = 0;
        std::atomic<std::uint64_t> received = 0;
        std::atomic<std::uint64_t> nanoseconds = 0;
    };

    std::array<counters, rest::operation_count> counted_;
};

/// Counts the requests that really go to the store.
class metrics final : public rest::transport {
public:
    metrics(std::shared_ptr<rest::transport> inner, std::shared_ptr<request_totals> totals)
        : inner_(std::move(inner)), totals_(std::move(totals)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<request_totals> totals_;
};

} // namespace objftpd::storage::layers
