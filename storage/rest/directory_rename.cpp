#include "storage/rest/directory_rename.hpp"

#include "config/log.hpp"
#include "config/parallel.hpp"
#include "storage/error.hpp"
#include "storage/rest/directories.hpp"
#include "storage/rest/directory_tree.hpp"
#include "storage/rest/object_copy.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace objftpd::storage::rest {
namespace {

const std::stop_token never;

using listed_object = list_answer::object;

struct moved_object {
    moved_object() = default;

    listed_object original;
    bool begun = false; // to be copied, by this rename
    bool is_copied = false;
    std::string copy_etag; // as listed; of the same size
};

const std::string& key_of(const moved_object& object) {
    return object.original.key;
}

class directory_rename {
public:
    directory_rename(std::shared_ptr<const bucket_access> bucket, rename_request request)
        : bucket_(std::move(bucket)), request_(std::move(request)),
          progress_(request_.progress ? request_.progress : std::make_shared<work_progress>()) {}

    awaitable<result<>> run();
    awaitable<result<>> recover(const directory_journal::record& left);

private:
    // Of an object that is there twice.
    enum class twin { original, copy };

    awaitable<result<>> list_originals();
    awaitable<result<>> wait_for_turns();
    awaitable<result<>> copy_all();
    awaitable<result<>> copy_one(moved_object& object);
    awaitable<result<>> find_copies(std::stop_token stop);
    awaitable<result<>> compare_copies();
    awaitable<result<>> write_down();
    awaitable<result<>> undo();
    awaitable<result<>> remove_each(twin which);
    awaitable<result<>> remove(std::vector<std::string> keys) const;
    void sort_objects() { std::ranges::sort(objects_, {}, key_of); }
    moved_object* find(std::string_view key, const std::string& prefix);

    std::string target_of(const std::string& key) const {
        return request_.to + key.substr(request_.from.size());
    }

    const std::shared_ptr<const bucket_access> bucket_;
    const rename_request request_;
    const std::shared_ptr<work_progress> progress_;
    std::vector<moved_object> objects_; // in the order of their keys
    std::vector<key_locks::turn> turns_;
    std::unique_ptr<directory_journal::entry> written_; // null: without a journal
};

awaitable<result<>> directory_rename::list_originals() {
    const auto& settings = bucket_->settings;
    std::uint64_t bytes = 0;
    auto visit = [&](listed_object&& object) -> result<> {
        bytes += object.size;
        if (objects_.size() == settings.most_renamed_objects || bytes > settings.most_renamed_bytes)
            return errc::too_many;
        if (target_of(object.key).size() > bucket_->client.speech().bounds().longest_key)
            return errc::invalid_name;
        objects_.emplace_back().original = std::move(object);
        return {};
    };
    const auto listed = co_await for_each_below(bucket_, request_.from, request_.stop, visit);
    if (!listed)
        co_return listed;
    if (objects_.empty())
        co_return errc::not_found;
    sort_objects();
    progress_->total = objects_.size();
    co_return result<>();
}

// Who stores below one of the names waits until all of it has moved.
awaitable<result<>> directory_rename::wait_for_turns() {
    std::vector<std::string> keys;
    keys.reserve(2 * objects_.size());
    for (const auto& object : objects_) {
        keys.push_back(object.original.key);
        keys.push_back(target_of(object.original.key));
    }
    auto turns = co_await take_turns(bucket_, std::move(keys), request_.stop);
    if (!turns)
        co_return turns.error();
    turns_ = std::move(*turns);
    co_return result<>();
}

awaitable<result<>> directory_rename::copy_one(moved_object& object) {
    if (request_.stop.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    object.begun = true;
    const auto made =
        co_await copy_listed(bucket_, object.original, target_of(object.original.key));
    if (!made)
        co_return made.error();
    ++progress_->done;
    co_return result<>();
}

awaitable<result<>> directory_rename::copy_all() {
    const auto copy = [this](std::size_t index) { return copy_one(objects_[index]); };
    co_return co_await for_each_index(objects_.size(), bucket_->settings.parallel_copies, copy);
}

// Null for what has come below the prefix since.
moved_object* directory_rename::find(std::string_view key, const std::string& prefix) {
    const auto name_of = [this](const moved_object& object) {
        return std::string_view(object.original.key).substr(request_.from.size());
    };
    const auto name = key.substr(prefix.size());
    const auto found = std::ranges::lower_bound(objects_, name, {}, name_of);
    return found == objects_.end() || name_of(*found) != name ? nullptr : &*found;
}

awaitable<result<>> directory_rename::find_copies(std::stop_token stop) {
    auto visit = [this](listed_object&& copy) -> result<> {
        auto* const object = find(copy.key, request_.to);
        if (object != nullptr && object->original.size == copy.size) {
            object->is_copied = true;
            object->copy_etag = std::move(copy.etag);
        }
        return {};
    };
    co_return co_await for_each_below(bucket_, request_.to, std::move(stop), visit);
}

// A store that says it has copied has them all, and all of each.
awaitable<result<>> directory_rename::compare_copies() {
    const auto found = co_await find_copies(request_.stop);
    if (!found)
        co_return found;
    if (!std::ranges::all_of(objects_, &moved_object::is_copied))
        co_return errc::checksum_mismatch;
    co_return result<>();
}

awaitable<result<>> directory_rename::remove(std::vector<std::string> keys) const {
    co_return co_await remove_objects(bucket_, std::move(keys), never, nullptr);
}

awaitable<result<>> directory_rename::write_down() {
    if (!bucket_->journal)
        co_return result<>();
    directory_journal::record r;
    r.store = bucket_->store;
    r.bucket = bucket_->bucket;
    r.from = request_.from;
    r.to = request_.to;
    for (const auto& moved : objects_) {
        const auto& original = moved.original;
        directory_journal::object o;
        o.name = original.key.substr(request_.from.size());
        o.etag = original.etag;
        o.size = original.size;
        r.objects.push_back(std::move(o));
    }
    auto written = co_await bucket_->journal->begin(std::move(r));
    if (!written)
        co_return written.error();
    written_ = std::move(*written);
    co_return result<>();
}

awaitable<result<>> directory_rename::undo() {
    std::vector<std::string> keys;
    for (const auto& object : objects_)
        if (object.begun)
            keys.push_back(target_of(object.original.key));
    const auto removed = co_await remove(std::move(keys));
    if (!removed)
        config::log::warning("a directory was not renamed, and some of its copies are left",
                             {{"from", request_.from},
                              {"copies", request_.to},
                              {"error", removed.error().message()},
                              {"advice", "delete the copies"}});
    co_return removed;
}

// Only where both are there and the original is still the version that was copied. The content of
// a copy is surely the original's if the ETags are the same; those of large and of encrypted copies
// differ, too.
awaitable<result<>> directory_rename::remove_each(twin which) {
    std::vector<std::string> keys;
    auto visit = [&](listed_object&& original) -> result<> {
        const auto* const object = find(original.key, request_.from);
        if (object == nullptr || !object->is_copied || original.etag != object->original.etag)
            return {};
        if (which == twin::original)
            keys.push_back(std::move(original.key));
        else if (object->copy_etag == original.etag)
            keys.push_back(target_of(original.key));
        return {};
    };
    const auto listed = co_await for_each_below(bucket_, request_.from, never, visit);
    if (!listed)
        co_return listed;
    co_return co_await remove(std::move(keys));
}

awaitable<result<>> directory_rename::recover(const directory_journal::record& left) {
    for (const auto& o : left.objects) {
        auto& original = objects_.emplace_back().original;
        original.key = left.from + o.name;
        original.etag = o.etag;
        original.size = o.size;
    }
    sort_objects();
    const auto turn = co_await wait_for_turns();
    if (!turn)
        co_return turn.error();
    const auto found = co_await find_copies(never);
    if (!found)
        co_return found;
    co_return co_await remove_each(left.all_copied ? twin::original : twin::copy);
}

awaitable<result<>> directory_rename::run() {
    const auto listed = co_await list_originals();
    if (!listed)
        co_return listed.error();
    const auto is_free = co_await directories(bucket_).require_free(request_.to);
    if (!is_free)
        co_return is_free.error();
    const auto turn = co_await wait_for_turns();
    if (!turn)
        co_return turn.error();
    const auto written = co_await write_down();
    if (!written)
        co_return written.error();
    auto done = co_await copy_all();
    if (done)
        done = co_await compare_copies();
    if (done && written_)
        done = co_await written_->all_copied();
    if (!done) {
        const auto undone = co_await undo();
        if (undone && written_) // else it is tried again at the next start
            co_await written_->remove();
        co_return done.error();
    }
    const auto removed = co_await remove_each(twin::original);
    if (removed && written_)
        co_await written_->remove();
    if (!removed)
        config::log::warning("a directory was renamed, and what it was made of is still there",
                             {{"from", request_.from},
                              {"to", request_.to},
                              {"error", removed.error().message()},
                              {"advice", "delete the former"}});
    co_return removed;
}

} // namespace

awaitable<result<>> rename_directory(std::shared_ptr<const bucket_access> bucket,
                                     rename_request request) {
    directory_rename moving(std::move(bucket), std::move(request));
    co_return co_await moving.run();
}

awaitable<result<>> recover_rename(std::shared_ptr<const bucket_access> bucket,
                                   directory_journal::record left) {
    rename_request request(left.from, left.to, overwrite::refused);
    directory_rename moving(std::move(bucket), std::move(request));
    co_return co_await moving.recover(left);
}

} // namespace objftpd::storage::rest
