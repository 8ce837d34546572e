#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"
#include "storage/rest/key_locks.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::storage::rest {

/// One of the objects of a directory that is moved, and what is known of its copy.
struct moved_object {
    moved_object() = default;

    struct version {
        std::string etag;
        std::uint64_t size = 0;
    };

    bool is_copied() const { return copy && copy->size == original.size; }

    list_answer::object original;
    std::optional<version> copy; // what a listing tells to be at its new name
    std::string made;            // the ETag of our copy, by the store's answer or a proof
    bool begun = false;          // copying it here has begun
    bool may_be_made = false;    // our copy may be there, whatever the store has answered
    bool stays = false;          // whatever the listings tell
};

/// The steps by which all objects of a directory are moved, as a rename takes them and what
/// finishes one after a crash. Used by one coroutine.
class directory_move {
public:
    directory_move(std::shared_ptr<const bucket_access> bucket, rename_request request)
        : bucket_(std::move(bucket)), request_(std::move(request)) {}

    const rename_request& request() const { return request_; }
    std::vector<moved_object>& objects() { return objects_; }

    /// Puts the objects into the order that find() needs: when all have been added.
    void sort();

    /// The object of that key below the old or the new name; null for what is none of them.
    moved_object* find(std::string_view key, const std::string& prefix);

    /// Its name below the directory.
    std::string name_of(const moved_object& object) const;

    std::string target_of(const moved_object& object) const;

    /// Who stores below one of the names waits as long as this lives, and who would rename
    /// something else to the new one.
    awaitable<result<>> wait_for_turns();

    /// Copies one that is not there yet. With `journal` the copy is known after a crash, too: its
    /// ETag is noted there unless it is the original's. null: nothing is.
    awaitable<result<>> copy(moved_object& object, directory_journal::entry* journal);

    /// Looks for all copies.
    awaitable<result<>> find_copies(std::stop_token stop);

    /// Deletes the originals that are copied and have not changed since.
    awaitable<result<>> remove_originals();

    /// All that does not stay.
    directory_journal::record record() const;

private:
    const std::shared_ptr<const bucket_access> bucket_;
    const rename_request request_;
    std::vector<moved_object> objects_;
    std::vector<key_locks::turn> turns_;
};

/// The first of some names, for the log.
std::string first_of(const std::vector<std::string>& names);

} // namespace objftpd::storage::rest
