#pragma once

#include <atomic>
#include <memory>

namespace objftpd::server {

/// Counts what goes on in stores though its session may not wait for it any more: the server's end
/// does. Thread-safe.
class unattended_work {
public:
    /// Counted as long as a copy of it lives, which may be longer than this.
    std::shared_ptr<const void> begin() {
        ++*count_;
        return {nullptr, [count = count_](const void*) { --*count; }};
    }

    unsigned count() const { return *count_; }

private:
    const std::shared_ptr<std::atomic<unsigned>> count_ = std::make_shared<std::atomic<unsigned>>();
};

} // namespace objftpd::server
