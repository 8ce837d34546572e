#pragma once

#include "storage/layers/request_queue.hpp"

#include <memory>

namespace objftpd::storage::layers {

/// Bounds how many requests a store gets at a time and in a second: they wait in the order they
/// came, without blocking a thread. Thread-safe.
class throttle final : public rest::transport {
public:
    throttle(std::shared_ptr<rest::transport> inner, std::shared_ptr<request_queue> line)
        : inner_(std::move(inner)), line_(std::move(line)) {}

    awaitable<rest::answer> send(const rest::call& c) override;

private:
    const std::shared_ptr<rest::transport> inner_;
    const std::shared_ptr<request_queue> line_;
};

} // namespace objftpd::storage::layers
