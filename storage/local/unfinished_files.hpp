#pragma once

#include "storage/adapter.hpp"
#include "storage/local/descriptor.hpp"
#include "storage/local/local_store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace objftpd::storage::local {

/// What broke off in one bucket: for each owner a tree in the store's private area like that of a
/// bucket, in which the unfinished files have the keys that they were to get. Thread-safe; all of
/// it blocks.
class unfinished_files {
public:
    unfinished_files(std::shared_ptr<local_store> store, std::string bucket,
                     std::chrono::seconds kept_for)
        : store_(std::move(store)), bucket_(std::move(bucket)), kept_for_(kept_for) {}

    /// The owner's tree. errc::not_found if nothing of it has ever broken off.
    result<descriptor> open(const std::string& owner) const;

    /// Whether such a file is there no more for its owner: its time is over.
    bool is_too_old(timestamp modified) const;

    /// Takes a file out of private_area::directory(), in place of one that is not longer.
    error_code put(const std::string& owner, const std::string& key,
                   const std::string& name_in_area) const;

    /// errc::not_found if there is none.
    error_code remove(const std::string& owner, const std::string& key) const;

private:
    std::string tree_of(const std::string& owner) const;

    const std::shared_ptr<local_store> store_;
    const std::string bucket_;
    const std::chrono::seconds kept_for_;
};

} // namespace objftpd::storage::local
