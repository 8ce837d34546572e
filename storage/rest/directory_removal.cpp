#include "storage/rest/directory_removal.hpp"

#include "storage/error.hpp"
#include "storage/rest/directories.hpp"
#include "storage/rest/directory_tree.hpp"

#include <map>

namespace objftpd::storage::rest {
namespace {

directory_journal::record record_of(const bucket_access& bucket, const std::string& directory,
                                    const std::vector<listed_object>& objects) {
    directory_journal::record r;
    r.store = bucket.store;
    r.bucket = bucket.bucket;
    r.from = directory;
    r.all_copied = true;
    r.objects.reserve(objects.size());
    for (const auto& listed : objects) {
        directory_journal::object o;
        o.name = listed.key.substr(directory.size());
        o.etag = listed.etag;
        o.size = listed.size;
        o.modified = seconds_of(listed.modified);
        r.objects.push_back(std::move(o));
    }
    return r;
}

listed_object listed(std::string key, const directory_journal::object& written) {
    listed_object object;
    object.key = std::move(key);
    object.etag = written.etag;
    object.size = written.size;
    object.modified = timestamp(std::chrono::seconds(written.modified));
    return object;
}

std::vector<std::string> keys_of(const std::vector<listed_object>& objects) {
    std::vector<std::string> keys;
    keys.reserve(objects.size());
    for (const auto& object : objects)
        keys.push_back(object.key);
    return keys;
}

} // namespace

awaitable<result<>> remove_directory_tree(std::shared_ptr<const bucket_access> bucket,
                                          remove_tree_request request) {
    std::vector<listed_object> objects;
    auto collect = [&](listed_object&& object) -> result<> {
        if (objects.size() == bucket->settings.most_renamed_objects)
            return errc::too_many;
        if (bucket->hides(object.key)) // nobody sees what would be lost
            return errc::permission_denied;
        objects.push_back(std::move(object));
        return {};
    };
    const auto listed = co_await for_each_below(bucket, request.key, request.stop, collect);
    if (!listed)
        co_return listed;
    if (objects.empty())
        co_return errc::not_found;
    if (request.progress)
        request.progress->total = objects.size();
    auto keys = keys_of(objects);
    const auto turns = co_await take_turns(bucket, keys, request.stop);
    if (!turns)
        co_return turns.error();
    std::unique_ptr<directory_journal::entry> written;
    if (bucket->journal) {
        auto begun = co_await bucket->journal->begin(record_of(*bucket, request.key, objects));
        if (!begun)
            co_return begun.error();
        written = std::move(*begun);
    }
    const auto removed =
        co_await remove_objects(bucket, std::move(keys), request.stop, request.progress);
    if (written) // who asked for it is told how it ended: nothing is to be finished later
        co_await written->remove();
    co_return removed;
}

awaitable<result<>> recover_removal(std::shared_ptr<const bucket_access> bucket,
                                    directory_journal::record left) {
    std::map<std::string, listed_object> written;
    std::vector<std::string> names;
    for (const auto& object : left.objects) {
        const auto& key = names.emplace_back(left.from + object.name);
        written.emplace(key, listed(key, object));
    }
    const auto turns = co_await take_turns(bucket, std::move(names), std::stop_token());
    if (!turns)
        co_return turns.error();
    std::vector<std::string> keys;
    auto still = [&](listed_object&& object) -> result<> {
        const auto known = written.find(object.key);
        if (known != written.end() && is_same_version(known->second, object))
            keys.push_back(std::move(object.key));
        return {};
    };
    const auto listed = co_await for_each_below(bucket, left.from, std::stop_token(), still);
    if (!listed)
        co_return listed;
    const auto removed =
        co_await remove_objects(bucket, std::move(keys), std::stop_token(), nullptr);
    if (removed)
        co_await directories(bucket).keep_parent_of(std::move(left.from));
    co_return removed;
}

} // namespace objftpd::storage::rest
