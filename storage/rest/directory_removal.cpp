#include "storage/rest/directory_removal.hpp"

#include "storage/error.hpp"
#include "storage/rest/directory_tree.hpp"

#include <boost/asio/error.hpp>

#include <map>

namespace objftpd::storage::rest {
namespace {

using listed_object = list_answer::object;

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
        r.objects.push_back(std::move(o));
    }
    return r;
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
    const auto turns = co_await take_turns(bucket, keys);
    std::unique_ptr<directory_journal::entry> written;
    if (bucket->journal) {
        auto begun = co_await bucket->journal->begin(record_of(*bucket, request.key, objects));
        if (!begun)
            co_return begun.error();
        written = std::move(*begun);
    }
    const auto removed =
        co_await remove_objects(bucket, std::move(keys), request.stop, request.progress);
    const bool stopped = !removed && removed.error() == asio::error::operation_aborted;
    if (written && (removed || stopped)) // else the next start tries once more
        co_await written->remove();
    co_return removed;
}

awaitable<result<>> recover_removal(std::shared_ptr<const bucket_access> bucket,
                                    directory_journal::record left) {
    std::map<std::string, std::string> versions;
    std::vector<std::string> names;
    for (auto& object : left.objects) {
        names.push_back(left.from + object.name);
        versions.emplace(names.back(), std::move(object.etag));
    }
    const auto turns = co_await take_turns(bucket, std::move(names));
    std::vector<std::string> keys;
    auto still = [&](listed_object&& object) -> result<> {
        const auto known = versions.find(object.key);
        if (known != versions.end() && known->second == object.etag)
            keys.push_back(std::move(object.key));
        return {};
    };
    const auto listed =
        co_await for_each_below(bucket, std::move(left.from), std::stop_token(), still);
    if (!listed)
        co_return listed;
    co_return co_await remove_objects(bucket, std::move(keys), std::stop_token(), nullptr);
}

} // namespace objftpd::storage::rest
