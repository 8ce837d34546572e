#pragma once

#include "storage/adapter.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::storage {

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
    void show_unfinished(std::vector<object_info> all);
    void add_unfinished();
    void add(const object_info& object);
    bool is_in_page(const std::string& key) const;
    awaitable<void> fetch();
    awaitable<void> begin_with(list_page first);
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

} // namespace objftpd::storage
