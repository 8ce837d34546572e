#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>
#include <stop_token>
#include <string>

namespace objftpd::storage::rest {

/// True for the top ("") and for keys that end in '/'.
bool names_directory(const std::string& key);

object_info directory_info(std::string key);

/// The directories of a bucket, which are prefixes: one is there as long as a key begins with its
/// name, be it only its own marker "a/b/". Keys of directories end in '/', that of the top is "".
class directories {
public:
    explicit directories(std::shared_ptr<const bucket_access> bucket)
        : bucket_(std::move(bucket)) {}

    /// errc::not_found if no key begins with it.
    awaitable<result<object_info>> stat(std::string key, std::stop_token stop = {}) const;

    /// errc::not_found if `missing` asks for a parent directory of that key, of a file or a
    /// directory, and there is none.
    awaitable<result<>> require_parent(std::string key, parents missing,
                                       std::stop_token stop = {}) const;

    /// Makes the directories above that key that are not there; those above `known` are.
    awaitable<result<>> make_above(std::string key, std::string known) const;

    /// errc::already_exists if there is a directory or a file of that name.
    awaitable<result<>> require_free(std::string key) const;

    awaitable<result<>> make(std::string key, parents missing) const;

    /// errc::directory_not_empty if there is more than its marker. Where empty directories are not
    /// kept, no error if there is none.
    awaitable<result<>> remove(std::string key) const;

    /// What was in the parent directory of that key is gone, and maybe nothing else was: a
    /// directory does not vanish with it. Failures are logged.
    awaitable<void> keep_parent_of(std::string key) const;

private:
    awaitable<result<>> make_real(std::string key, overwrite existing) const;
    awaitable<result<>> put_marker(std::string key, overwrite existing) const;
    awaitable<result<>> keep(std::string key) const;

    const std::shared_ptr<const bucket_access> bucket_;
};

} // namespace objftpd::storage::rest
