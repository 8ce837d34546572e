#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace objftpd::server {

/// How far uploads that broke off had come when their users were told of it: APPE, which names no
/// offset, goes on from there, and what follows REST is added to nothing else. Of all sessions, as
/// clients look in one and upload in another. When it is full all is forgotten, and APPE is refused
/// until its client looks again. Thread-safe.
class told_sizes {
public:
    /// `size` in bytes.
    void tell(const std::string& user, const std::string& path, std::uint64_t size) {
        const std::lock_guard lock(mutex_);
        if (sizes_.size() >= most)
            sizes_.clear();
        sizes_[{user, path}] = size;
    }

    void forget(const std::string& user, const std::string& path) {
        const std::lock_guard lock(mutex_);
        sizes_.erase({user, path});
    }

    bool empty() const {
        const std::lock_guard lock(mutex_);
        return sizes_.empty();
    }

    std::optional<std::uint64_t> find(const std::string& user, const std::string& path) const {
        const std::lock_guard lock(mutex_);
        const auto found = sizes_.find({user, path});
        return found == sizes_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    static constexpr std::size_t most = 10'000;

    mutable std::mutex mutex_; // guards all below
    std::map<std::pair<std::string, std::string>, std::uint64_t> sizes_;
};

} // namespace objftpd::server
