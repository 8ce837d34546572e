#pragma once

#include "config/result.hpp"
#include "storage/local/descriptor.hpp"

#include <atomic>
#include <string>

namespace objftpd::storage::local {

/// Where uploads grow before they are published: a folder of this process's own under
/// ".objftpd" at the store's top, on the same file system as the buckets, held by a lock.
/// Opening it removes what processes that are gone left behind; a process that still runs (an
/// older one that drains its transfers) keeps its own. Thread-safe after opening.
class private_area {
public:
    /// `store` is the store's top directory. Blocks.
    static result<private_area> open(int store);

    private_area(private_area&&) noexcept;
    private_area& operator=(private_area&&) = delete;
    ~private_area();

    /// A new empty file with a name nobody else has. Blocks.
    struct temporary {
        descriptor file;
        std::string name; // in directory()
    };
    result<temporary> create_file();

    int directory() const { return own_.get(); }

    /// Where what broke off is kept for its owners, whatever process they come back to.
    int unfinished() const { return unfinished_.get(); }

    void remove(const std::string& name) const;

private:
    private_area() = default;

    descriptor top_;        // ".objftpd"
    descriptor unfinished_; // ".objftpd/unfinished"
    descriptor own_;        // ".objftpd/<name_>"
    descriptor lock_;
    std::string name_;
    std::atomic<std::uint64_t> next_{0};
};

} // namespace objftpd::storage::local
