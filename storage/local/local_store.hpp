#pragma once

#include "config/settings.hpp"
#include "storage/local/descriptor.hpp"
#include "storage/local/private_area.hpp"

#include "config/worker_pool.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <string>

namespace objftpd::storage::local {

/// One [[store]] of type "local": a folder whose subfolders are buckets. Immutable after
/// opening but for its private area, which is thread-safe.
class local_store {
public:
    /// Opens the folder, making it if missing, and sweeps its private area. Blocks; start-up
    /// only. `disk` runs all later system calls that may block and must outlive the store.
    static result<std::shared_ptr<local_store>>
    open(const std::string& path, config::durability durability, worker_pool& disk);

    /// Opens a bucket's directory, making it if missing. Blocks; start-up only.
    /// errc::unsupported if the bucket lies on another file system than the store's folder:
    /// publishing by rename would not work.
    result<descriptor> open_bucket(const std::string& name) const;

    worker_pool& disk() const { return disk_; }

    /// Closes a file without blocking the caller. Closing the last descriptor of a file that has
    /// been replaced or removed frees its space, which takes seconds for a large one.
    void close_later(descriptor file) const;

    /// Held on a disk thread while a name changes its object: whoever looks first and then
    /// publishes must not lose what another publishes in between. One of a fixed number.
    std::mutex& lock_of(int directory, std::string_view name);
    private_area& area() { return area_; }
    bool durable() const { return durability_ == config::durability::fsync; }

    /// Whether the files lie on tmpfs: there is no disk to wait for, so a short read may be made
    /// on the spot (tmpfs itself does not know the flag that asks for that, RWF_NOWAIT).
    bool in_memory() const { return in_memory_; }

    local_store(descriptor top, private_area area, config::durability durability,
                worker_pool& disk);

private:
    descriptor top_;
    private_area area_;
    config::durability durability_;
    bool in_memory_ = false;
    worker_pool& disk_;
    std::array<std::mutex, 64> locks_;
};

} // namespace objftpd::storage::local
