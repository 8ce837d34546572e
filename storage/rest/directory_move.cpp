#include "storage/rest/directory_move.hpp"

#include "storage/rest/directory_tree.hpp"
#include "storage/rest/object_copy.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

namespace objftpd::storage::rest {
void directory_move::sort() {
    const auto key_of = [](const moved_object& object) -> const std::string& {
        return object.original.key;
    };
    std::ranges::sort(objects_, {}, key_of);
}

std::string directory_move::name_of(const moved_object& object) const {
    return object.original.key.substr(request_.from.size());
}

std::string directory_move::target_of(const moved_object& object) const {
    return request_.to + name_of(object);
}

moved_object* directory_move::find(std::string_view key, const std::string& prefix) {
    const auto view_of_name = [this](const moved_object& object) {
        return std::string_view(object.original.key).substr(request_.from.size());
    };
    const auto name = key.substr(prefix.size());
    const auto found = std::ranges::lower_bound(objects_, name, {}, view_of_name);
    return found == objects_.end() || view_of_name(*found) != name ? nullptr : &*found;
}

awaitable<result<>> directory_move::wait_for_turns() {
    std::vector<std::string> keys;
    keys.reserve(2 * objects_.size() + 2);
    for (const auto& object : objects_) {
        keys.push_back(object.original.key);
        keys.push_back(target_of(object));
    }
    keys.push_back(request_.to);
    keys.push_back(request_.to.substr(0, request_.to.size() - 1)); // a file of that name
    auto turns = co_await take_turns(bucket_, std::move(keys), request_.stop);
    if (!turns)
        co_return turns.error();
    turns_ = std::move(*turns);
    co_return result<>();
}

awaitable<result<>> directory_move::copy(moved_object& object, directory_journal::entry* journal) {
    if (request_.stop.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    object.begun = true;
    auto how = co_await copy_listed(bucket_, object.original, target_of(object), request_.stop);
    object.may_be_made = how.outcome || how.may_have_worked;
    if (!how.outcome)
        co_return how.outcome.error();
    object.made = std::move(how.outcome->etag);
    if (object.made.empty()) { // not every store tells that of parts
        const auto there = co_await bucket_->client.head(target_of(object));
        if (there)
            object.made = there->etag;
    }
    if (request_.progress)
        ++request_.progress->done;
    const bool has_own_etag = !object.made.empty() && object.made != object.original.etag;
    if (journal == nullptr || !has_own_etag)
        co_return result<>();
    co_return co_await journal->note_copy(name_of(object), object.made);
}

awaitable<result<>> directory_move::find_copies(std::stop_token stop) {
    for (auto& object : objects_)
        object.copy.reset();
    auto visit = [this](listed_object&& copy) -> result<> {
        if (auto* const object = find(copy.key, request_.to))
            object->copy = {std::move(copy.etag), copy.size};
        return {};
    };
    co_return co_await for_each_below(bucket_, request_.to, std::move(stop), visit);
}

awaitable<result<>> directory_move::remove_originals() {
    std::vector<std::string> keys;
    auto visit = [&](listed_object&& original) -> result<> {
        const auto* const object = find(original.key, request_.from);
        if (object != nullptr && !object->stays && object->is_copied() &&
            is_same_version(object->original, original))
            keys.push_back(std::move(original.key));
        return {};
    };
    const auto listed = co_await for_each_below(bucket_, request_.from, never, visit);
    if (!listed)
        co_return listed;
    co_return co_await remove_objects(bucket_, std::move(keys), never, nullptr);
}

directory_journal::record directory_move::record() const {
    directory_journal::record r;
    r.store = bucket_->store;
    r.bucket = bucket_->bucket;
    r.from = request_.from;
    r.to = request_.to;
    r.placement = bucket_->settings.attributes;
    r.objects.reserve(objects_.size());
    for (const auto& moved : objects_) {
        if (moved.stays)
            continue;
        directory_journal::object o;
        o.name = name_of(moved);
        o.etag = moved.original.etag;
        o.size = moved.original.size;
        o.modified = seconds_of(moved.original.modified);
        if (moved.is_copied())
            o.copy = moved.copy->etag;
        r.objects.push_back(std::move(o));
    }
    return r;
}

std::string first_of(const std::vector<std::string>& names) {
    constexpr std::size_t most = 10;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most)
        text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

} // namespace objftpd::storage::rest
