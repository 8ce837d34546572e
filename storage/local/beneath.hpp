#pragma once

#include "config/result.hpp"
#include "storage/adapter.hpp"
#include "storage/local/descriptor.hpp"

#include <string>
#include <string_view>

/// Opening files below a bucket's directory so that nothing can lead out of it.
namespace objftpd::storage::local {

/// Opens `path` (relative, no leading '/'; "" is the directory itself) below `root`.
/// SECURITY: openat2(RESOLVE_BENEATH) makes the kernel refuse "..", absolute links and links
/// that leave `root`, also when they change meanwhile. On kernels or sandboxes without openat2
/// every segment is opened with O_NOFOLLOW instead, which refuses all links.
/// Blocks on the disk.
result<descriptor> open_beneath(int root, const std::string& path, int flags);

/// The same, but only if the kernel has all it needs in memory: never blocks, so an I/O thread
/// may call it. Otherwise, and wherever that cannot be told, asio::error::would_block.
result<descriptor> open_cached_beneath(int root, const std::string& path, int flags);

/// The directory that holds the last segment of a key, and that segment's name, as the *at()
/// calls want them: they do not follow a link in the last segment.
class location {
public:
    location(int directory, std::string name) : fd_(directory), name_(std::move(name)) {}
    location(descriptor directory, std::string name)
        : own_(std::move(directory)), fd_(own_.get()), name_(std::move(name)) {}

    int directory() const { return fd_; }
    const std::string& name() const { return name_; }

private:
    descriptor own_; // none when the parent is the bucket itself
    int fd_;
    std::string name_;
};

/// Opens the parent directory of `key` ("a/b/c" or "a/b/c/"). With `create`, missing parents are
/// made, durably if `durable`. REQUIRES: key is not empty. The result may refer to `root`.
/// Blocks on the disk.
result<location> open_parent(int root, std::string_view key, parents missing, bool durable);

} // namespace objftpd::storage::local
