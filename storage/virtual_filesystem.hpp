#pragma once

#include "storage/adapter.hpp"
#include "storage/path.hpp"

#include <span>
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

/// A file or directory as FTP sees it.
struct entry {
    std::string_view name; // of listings: valid until the next page is asked for
    bool directory = false;
    bool link = false;       // a directory that is listed elsewhere too: not to be descended into
    bool writable = true;    // false on a read-only mount
    bool unfinished = false; // an upload that broke off and can be gone on with; no file yet
    std::uint64_t size = 0;  // bytes
    timestamp modified{};    // the epoch: not known
};

/// Goes through a directory page by page, in constant memory. While a page is in use the next one
/// is fetched already. Used by one coroutine.
class directory_listing {
public:
    /// The next entries. Empty pages may occur; after the last page `done()` is true. A store
    /// that fails midway is an error, never an early end.
    awaitable<result<std::span<const entry>>> next();

    bool done() const { return done_; }

private:
    friend class virtual_filesystem;
    struct fetched;

    directory_listing(std::shared_ptr<adapter> store, list_request request, bool writable,
                      std::vector<std::string> mounted)
        : store_(std::move(store)), request_(std::move(request)), writable_(writable),
          mounted_(std::move(mounted)) {}

    void add_mounted();
    void add_page();
    void add_unfinished();
    void add(const object_info& object);
    bool is_in_page(const std::string& key) const;
    awaitable<void> fetch();
    awaitable<result<list_page>> take_page();

    std::shared_ptr<adapter> store_; // null: only mounted names
    list_request request_;
    bool writable_ = true;
    std::vector<std::string> mounted_; // names of mounts in this directory; they hide the store's
    list_page page_;
    std::shared_ptr<fetched> ahead_;   // the page after it, or on its way
    std::vector<object_info> waiting_; // files whose name a directory may still turn out to have
    std::vector<object_info> released_;
    std::vector<object_info> unfinished_; // shown at the end, but for those that have a file
    std::vector<entry> entries_;
    bool first_ = true;
    bool done_ = false;
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
