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

/// What a directory holds.
struct tree_size {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
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

    /// Copies a file; the same of different buckets.
    awaitable<result<put_result>> copy(virtual_path from, virtual_path to,
                                       rename_options options) const;

    /// Removes a directory with all that is in it, unless a mount is: errc::permission_denied.
    awaitable<result<>> remove_tree(virtual_path path, std::stop_token stop,
                                    std::shared_ptr<work_progress> progress) const;

    /// All files below a directory, in the mounts that are there, too; or a file itself.
    awaitable<result<tree_size>> measure(virtual_path path, std::stop_token stop,
                                         std::shared_ptr<work_progress> progress) const;

    // Of object stores (adapter.hpp); errc::unsupported in others.

    awaitable<result<std::vector<named_value>>> property_of(virtual_path path,
                                                            property which) const;
    awaitable<result<>> set_property(virtual_path path, property which,
                                     std::vector<named_value> to) const;
    awaitable<result<signed_url>> sign_url(virtual_path path, std::chrono::seconds lifetime) const;
    awaitable<result<archive_state>> restore(virtual_path path, unsigned days) const;

    /// A symbolic link at `path` to a file in the same bucket.
    awaitable<result<>> make_link(virtual_path path, virtual_path target) const;
    /// The path that it leads to; errc::permission_denied if that is none of the user's.
    awaitable<result<virtual_path>> read_link(virtual_path path) const;

    /// Below a directory, or of a file's name. Their keys are paths.
    awaitable<result<std::vector<upload_in_parts>>>
    uploads_in_parts(virtual_path path, std::size_t most, std::stop_token stop) const;
    awaitable<result<>> abort_upload(virtual_path path, std::string id) const;

    /// What is remembered of what lies there is asked for anew.
    void forget(const virtual_path& path) const;

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
    result<location> locate_file(const virtual_path& path) const;
    result<virtual_path> path_of(const mount& where, const std::string& key) const;
    awaitable<error_code> measure_below(const location& where, std::stop_token stop,
                                        std::shared_ptr<work_progress> progress,
                                        tree_size& sum) const;
    std::vector<std::string> mounted_in(const virtual_path& path) const;
    bool holds_mount(const virtual_path& path) const;

    awaitable<result<entry>> stat_unfinished(const location& where, expected kind) const;

    std::vector<mount> mounts_;
    std::string owner_;
};

} // namespace objftpd::storage
