#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

namespace objftpd::storage::rest {

/// Objects that are in a store's buckets though no listing shows them. Each is told to the operator
/// once, and counted each time a listing leaves it out. Thread-safe.
class unlisted_keys {
public:
    enum class reason {
        no_path,                // no FTP path can name it: "a//b", "../a", line ends, no UTF-8
        directory_has_its_name, // "a" beside "a/b"
    };

    void add(const std::string& bucket, const std::string& key, reason why);

    std::uint64_t count(reason why) const;

private:
    bool is_new(const std::string& bucket, const std::string& key);

    std::array<std::atomic<std::uint64_t>, 2> counted_{};
    std::mutex mutex_;                     // guards all below
    std::unordered_set<std::size_t> told_; // hashes of their names
};

} // namespace objftpd::storage::rest
