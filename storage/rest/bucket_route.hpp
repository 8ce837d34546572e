#pragma once

#include "config/endpoint.hpp"

#include <chrono>
#include <mutex>
#include <string>

namespace objftpd::storage::rest {

/// A bucket and how it is reached.
struct target {
    std::string store; // its name in the configuration, for the log
    std::string bucket;
    config::endpoint where;
    std::string region;
};

/// What one request is addressed and signed with.
struct way {
    config::endpoint where;
    std::string region;
    std::chrono::seconds ahead{}; // how far the store's clock is ahead of ours
};

/// Where a refusal says that a bucket is. Empty: it says nothing.
struct redirection {
    std::string region;
    std::string endpoint;
};

/// The way to a bucket, as configured until a refusal teaches better: a store that names another
/// region or endpoint, or shows that the clocks disagree, is believed from then on. Requests that
/// were under way meanwhile are told apart by the way they took. Thread-safe.
class bucket_route {
public:
    explicit bucket_route(target configured)
        : configured_(std::move(configured)), current_{configured_.where, configured_.region, {}} {}

    const std::string& store() const { return configured_.store; }
    const std::string& bucket() const { return configured_.bucket; }

    way current() const;

    /// A request that went `taken` was refused, and the store's clock is `ahead` of ours. Whether
    /// it may succeed when it is sent again.
    bool learn_clock(const way& taken, std::chrono::seconds ahead);

    /// The same of a refusal that names another place. Only a few such corrections are believed: a
    /// store that sends us to and fro is not followed.
    bool learn_place(const way& taken, const redirection& said);

private:
    way corrected(const way& taken, const redirection& said) const;
    std::string acceptable_host(const std::string& named) const;

    const target configured_;
    mutable std::mutex mutex_; // guards all below
    way current_;
    unsigned corrections_ = 0;
};

} // namespace objftpd::storage::rest
