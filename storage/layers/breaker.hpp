#pragma once

#include "storage/layers/store_watch.hpp"

#include <memory>

namespace objftpd::storage::layers {

/// Refuses calls at once while a store does not answer at all, so that no client waits for nothing
/// and a store that comes back is not run over: after a pause one call is let through to see; one
/// that takes longer than the pause is followed by another. What is under way may be sent again
/// after the rest of the pause: a transfer that has begun outlives it, and an AbortMultipartUpload
/// that is given up would leave parts behind that cost. Thread-safe.
class breaker final : public rest::transport {
public:
    breaker(std::shared_ptr<rest::transport> inner, std::shared_ptr<store_watch> watch)
        : inner_(std::move(inner)), watch_(std::move(watch)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    class probe;

    rest::answer refuse(const rest::call& c) const;

    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<store_watch> watch_;
};

} // namespace objftpd::storage::layers
