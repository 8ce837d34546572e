#pragma once

#include "storage/adapter.hpp"
#include "storage/directory_listing.hpp"
#include "storage/path.hpp"

#include <vector>

namespace objftpd::storage {

/// A part of a user's tree: what lies at `path` are the objects of `store` under `prefix`.
struct mount {
    virtual_path path;
    std::shared_ptr<adapter> store;
    std::string prefix; // "" or ends in '/'
    bool read_only = false;
    std::string bucket; // "store/bucket": mounts of one bucket may have adapters of their own
};

/// How an upload treats what is there.
struct upload_options {
    overwrite existing = overwrite::allowed;
    std::uint64_t offset = 0; // bytes kept in front, or upload_request::at_end
    parents missing = parents::create;
    std::stop_token stop;
    std::uint64_t expected_size = 0; // bytes; 0: not known
    bool goes_on = false;            // upload_request::goes_on
    bool may_go_on = true; // the bytes are the file's own: should it break off, it can be gone on
};

/// How a rename treats what is there: rename_request without its names.
struct rename_options {
    rename_options() = default;

    overwrite existing = overwrite::allowed;
    parents missing = parents::create;
    std::stop_token stop;
    std::shared_ptr<work_progress> progress; // may be null
};

/// What a caller takes a path for.
enum class expected { file, directory };

/// A user's tree of mounts as files and directories: every path a session names goes through
/// here to the adapter that holds it. Directories above mounts exist by themselves. Immutable
/// and thread-safe; the strings and paths passed in are copied.
class virtual_filesystem {
public:
    /// `owner` may go on with uploads that broke off, and alone sees them; empty: they are
    /// given up.
    explicit virtual_filesystem(std::vector<mount> mounts, std::string owner = {})
        : mounts_(std::move(mounts)), owner_(std::move(owner)) {}

    /// Name is left empty. Where a file and a directory have the same name it is the one that is
    /// expected, and that one costs less to be found.
    awaitable<result<entry>> stat(virtual_path path, expected kind = expected::file) const;

    /// errc::not_a_directory for a file. `name_prefix` narrows what the store has to list.
    awaitable<result<directory_listing>> list(virtual_path path, std::string name_prefix,
                                              bool names_only, std::stop_token stop = {}) const;

    awaitable<result<std::unique_ptr<body>>> read(virtual_path path, std::uint64_t offset,
                                                  std::stop_token stop = {}) const;
    awaitable<result<std::unique_ptr<upload>>> open_upload(virtual_path path,
                                                           upload_options options) const;
    awaitable<result<>> make_directory(virtual_path path, parents missing) const;
    awaitable<result<>> remove(virtual_path path) const;
    awaitable<result<>> remove_directory(virtual_path path) const;

    /// Mounts and the directories above them stay where they are. errc::unsupported between
    /// different buckets.
    awaitable<result<>> rename(virtual_path from, virtual_path to, rename_options options) const;

    /// errc::unsupported if the store holds no times of its own.
    awaitable<result<>> set_modified(virtual_path path, timestamp modified) const;
    awaitable<result<std::string>> digest(virtual_path path, hash_algorithm algorithm,
                                          std::stop_token stop) const;
    awaitable<result<std::uint64_t>> free_space(virtual_path path) const;

    /// "store/bucket key" for the log.
    std::string describe(const virtual_path& path) const;

private:
    struct location {
        const mount* where = nullptr; // null: a directory above mounts, or nothing
        std::string key;              // no trailing slash but for a mount's own prefix
    };
    location locate(const virtual_path& path) const;
    result<location> locate_writable(const virtual_path& path) const;
    awaitable<result<entry>> stat_either(const location& where, expected kind) const;
    awaitable<result<>> open_first_page(directory_listing& listing, const location& where,
                                        virtual_path path, bool narrowed) const;
    std::vector<std::string> mounted_in(const virtual_path& path) const;
    bool holds_mount(const virtual_path& path) const;

    awaitable<result<entry>> stat_unfinished(const location& where) const;

    std::vector<mount> mounts_;
    std::string owner_;
};

} // namespace objftpd::storage
