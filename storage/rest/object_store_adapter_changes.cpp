#include "storage/error.hpp"
#include "storage/rest/directory_removal.hpp"
#include "storage/rest/directory_rename.hpp"
#include "storage/rest/directory_tree.hpp"
#include "storage/rest/native_rename.hpp"
#include "storage/rest/object_copy.hpp"
#include "storage/rest/object_store_adapter.hpp"

// What moves, copies and removes.
namespace objftpd::storage::rest {
namespace {

// A name a little before it in the order of keys.
std::string name_before(std::string key) {
    const char last = key.back();
    while (!key.empty() && (static_cast<unsigned char>(key.back()) & 0xc0) == 0x80)
        key.pop_back(); // the rest of a character
    if (!key.empty())
        key.pop_back();
    if (last > '!' && last < 0x7f)
        key += {static_cast<char>(last - 1), '~'};
    return key;
}

} // namespace

awaitable<result<>> object_store_adapter::make_directory(std::string key, parents missing) {
    if (key.empty())
        co_return errc::already_exists;
    if (!fits(key))
        co_return errc::invalid_name;
    co_return co_await directories_.make(std::move(key), missing);
}

// A link that leads nowhere is missing, but for listings.
awaitable<result<>> object_store_adapter::is_there(std::string key) const {
    const auto head = co_await bucket_->client.head(key);
    if (head || head.error() != errc::not_found || !bucket_->client.speech().has_links())
        co_return head ? result<>() : head.error();
    const auto page = co_await bucket_->client.list(key, std::string(), std::string(), 1, never);
    const bool listed = page && !page->objects.empty() && page->objects.front().key == key;
    co_return listed ? result<>() : errc::not_found;
}

// Stores do not say whether there was something to delete. A listing that begins just before the
// object tells, and whether another one follows in its directory, too.
awaitable<result<>> object_store_adapter::remove(std::string key) {
    if (names_directory(key))
        co_return errc::is_a_directory;
    const auto turn = co_await bucket_->locks->wait(key, key_locks::share::alone);
    const auto directory = key.substr(0, key.rfind('/') + 1);
    const bool may_empty_it = bucket_->settings.keep_empty_directories && !directory.empty();
    bool found = false;
    bool is_last = false;
    if (may_empty_it) {
        const auto page = co_await bucket_->client.list(directory, std::string(), std::string(), 3,
                                                        never, name_before(key));
        if (page) {
            is_last = true;
            for (const auto& object : page->objects) {
                found = found || object.key == key;
                is_last = is_last && (object.key == key || object.key == directory);
            }
        }
    }
    if (!found) {
        const auto there = co_await is_there(key);
        if (!there)
            co_return there.error();
    }
    const auto removed = co_await bucket_->client.remove(key);
    if (removed && is_last)
        co_await directories_.keep_parent_of(std::move(key));
    co_return removed;
}

awaitable<result<>> object_store_adapter::remove_directory(std::string key) {
    if (key.empty())
        co_return errc::permission_denied;
    co_return co_await directories_.remove(std::move(key));
}

// Whether a file may take the new name, as far as directories are in the way.
awaitable<result<>> object_store_adapter::require_file_place(const copy_request& request) const {
    if (names_directory(request.to))
        co_return errc::is_a_directory;
    if (!fits(request.to))
        co_return errc::invalid_name;
    const auto above = co_await directories_.require_parent(request.to, request.missing);
    if (!above)
        co_return above.error();
    const auto directory = co_await directories_.stat(request.to + '/'); // would hide the file
    if (directory || directory.error() != errc::not_found)
        co_return directory ? make_error_code(errc::is_a_directory) : directory.error();
    co_return result<>();
}

awaitable<result<>> object_store_adapter::rename(rename_request r) {
    if (r.from.empty() || r.to.empty())
        co_return errc::permission_denied;
    if (r.from.ends_with('/'))
        co_return co_await rename_directory(std::move(r));
    const auto place = co_await require_file_place(r);
    if (!place)
        co_return place.error();
    const auto renamed = co_await rename_object(bucket_, r);
    if (!renamed && renamed.error() == errc::not_found) {
        const auto why = co_await why_missing(r.from);
        if (why != errc::is_a_directory)
            co_return why;
        r.from += '/';
        r.to += '/';
        co_return co_await rename_directory(std::move(r));
    }
    if (renamed)
        co_await directories_.keep_parent_of(std::move(r.from));
    co_return renamed;
}

awaitable<result<>> object_store_adapter::rename_directory(rename_request r) {
    if (!r.to.ends_with('/'))
        r.to += '/';
    if (r.to.starts_with(r.from))
        co_return errc::nested_rename;
    const auto above = co_await directories_.require_parent(r.to, r.missing);
    if (!above)
        co_return above.error();
    if (bucket_->settings.native_rename)
        co_return co_await rename_directory_natively(bucket_, std::move(r));
    auto from = r.from;
    const auto moved = co_await rest::rename_directory(bucket_, std::move(r));
    if (moved)
        co_await directories_.keep_parent_of(std::move(from));
    co_return moved;
}

awaitable<result<put_result>> object_store_adapter::copy(copy_request r) {
    if (names_directory(r.from))
        co_return errc::is_a_directory;
    const auto place = co_await require_file_place(r);
    if (!place)
        co_return place.error();
    auto made = co_await copy_object(bucket_, r);
    if (!made && made.error() == errc::not_found)
        co_return co_await why_missing(std::move(r.from));
    co_return made;
}

awaitable<result<>> object_store_adapter::remove_tree(remove_tree_request request) {
    if (request.key.empty())
        co_return errc::permission_denied;
    auto key = request.key;
    const auto removed = co_await remove_directory_tree(bucket_, std::move(request));
    if (removed)
        co_await directories_.keep_parent_of(std::move(key));
    co_return removed;
}

} // namespace objftpd::storage::rest
