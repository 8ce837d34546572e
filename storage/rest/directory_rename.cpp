#include "storage/rest/directory_rename.hpp"

#include "config/log.hpp"
#include "config/parallel.hpp"
#include "storage/error.hpp"
#include "storage/rest/object_copy.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace objftpd::storage::rest {
namespace {

constexpr std::size_t page_size = 1000;

using listed_object = list_answer::object;

std::map<std::string_view, const listed_object*> by_key(const std::vector<listed_object>& all) {
    std::map<std::string_view, const listed_object*> found;
    for (const auto& object : all)
        found.emplace(object.key, &object);
    return found;
}

class directory_rename {
public:
    directory_rename(std::shared_ptr<const bucket_access> bucket, rename_request request)
        : bucket_(std::move(bucket)), request_(std::move(request)),
          progress_(request_.progress ? request_.progress : std::make_shared<work_progress>()) {}

    awaitable<result<>> run();
    awaitable<result<>> recover(const rename_journal::record& left);

private:
    awaitable<result<std::vector<listed_object>>> list(std::string prefix, std::size_t most) const;
    awaitable<result<>> list_sources();
    awaitable<result<>> require_free_target() const;
    awaitable<void> take_turns();
    awaitable<result<>> copy_all();
    awaitable<result<>> copy_one(std::size_t index);
    awaitable<result<>> compare_copies() const;
    awaitable<result<>> write_down();
    awaitable<result<>> undo();
    awaitable<result<>> remove_copies();
    awaitable<result<>> remove_sources();
    awaitable<result<>> remove(std::vector<std::string> keys) const;

    std::string target_of(const std::string& key) const {
        return request_.to + key.substr(request_.from.size());
    }

    const std::shared_ptr<const bucket_access> bucket_;
    const rename_request request_;
    const std::shared_ptr<work_progress> progress_;
    std::vector<listed_object> sources_;
    std::vector<key_locks::turn> turns_;
    std::vector<char> copied_;                       // of sources_; or begun to be
    std::unique_ptr<rename_journal::entry> written_; // null: without a journal
};

awaitable<result<std::vector<listed_object>>> directory_rename::list(std::string prefix,
                                                                     std::size_t most) const {
    std::vector<listed_object> all;
    std::string token;
    do {
        auto page =
            co_await bucket_->client.list(prefix, std::string(), token, page_size, request_.stop);
        if (!page)
            co_return page.error();
        std::ranges::move(page->objects, std::back_inserter(all));
        if (all.size() > most)
            co_return error_code(errc::too_many);
        token = std::move(page->next);
    } while (!token.empty());
    co_return all;
}

awaitable<result<>> directory_rename::list_sources() {
    const auto& settings = bucket_->settings;
    auto all = co_await list(request_.from, settings.most_renamed_objects);
    if (!all)
        co_return all.error();
    if (all->empty())
        co_return errc::not_found;
    sources_ = std::move(*all);
    std::uint64_t bytes = 0;
    for (const auto& object : sources_) {
        bytes += object.size;
        if (target_of(object.key).size() > bucket_->client.speech().bounds().longest_key)
            co_return errc::invalid_name;
    }
    if (bytes > settings.most_renamed_bytes)
        co_return errc::too_many;
    progress_->total = sources_.size();
    co_return result<>();
}

awaitable<result<>> directory_rename::require_free_target() const {
    const auto there = co_await list(request_.to, page_size);
    if (!there && there.error() != errc::too_many)
        co_return there.error();
    if (!there || !there->empty())
        co_return errc::already_exists;
    const auto file = co_await bucket_->client.head(request_.to.substr(0, request_.to.size() - 1));
    if (file || file.error() != errc::not_found)
        co_return file ? make_error_code(errc::already_exists) : file.error();
    co_return result<>();
}

// Who stores below one of the names waits until all of it has moved. In the order of the names, so
// that two renames never wait for each other.
awaitable<void> directory_rename::take_turns() {
    std::vector<std::string> keys;
    keys.reserve(2 * sources_.size());
    for (const auto& object : sources_) {
        keys.push_back(object.key);
        keys.push_back(target_of(object.key));
    }
    std::ranges::sort(keys);
    turns_.reserve(keys.size());
    for (auto& key : keys)
        turns_.push_back(co_await bucket_->locks->wait(std::move(key), key_locks::share::alone));
}

awaitable<result<>> directory_rename::copy_one(std::size_t index) {
    if (request_.stop.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    const auto& object = sources_[index];
    copied_[index] = true;
    const auto made = co_await copy_listed(bucket_, object, target_of(object.key));
    if (!made)
        co_return made.error();
    ++progress_->done;
    co_return result<>();
}

awaitable<result<>> directory_rename::copy_all() {
    copied_.resize(sources_.size());
    const auto copy = [this](std::size_t index) { return copy_one(index); };
    co_return co_await for_each_index(sources_.size(), bucket_->settings.parallel_copies, copy);
}

// A store that says it has copied has them all, and all of each.
awaitable<result<>> directory_rename::compare_copies() const {
    const auto made = co_await list(request_.to, sources_.size() + page_size);
    if (!made)
        co_return made.error();
    const auto copies = by_key(*made);
    for (const auto& object : sources_) {
        const auto found = copies.find(target_of(object.key));
        if (found == copies.end() || found->second->size != object.size)
            co_return errc::checksum_mismatch;
    }
    co_return result<>();
}

awaitable<result<>> directory_rename::remove(std::vector<std::string> keys) const {
    result<> outcome;
    const auto others = std::stable_partition(keys.begin(), keys.end(), fits_xml);
    for (auto key = others; key != keys.end(); ++key) {
        const auto removed = co_await bucket_->client.remove(std::move(*key));
        if (!removed)
            outcome = removed.error();
    }
    keys.erase(others, keys.end());
    for (std::size_t first = 0; first < keys.size(); first += page_size) {
        const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(first);
        const auto n = std::min(page_size, keys.size() - first);
        std::vector<std::string> batch(begin, begin + static_cast<std::ptrdiff_t>(n));
        const auto left = co_await bucket_->client.remove_all(std::move(batch));
        if (!left)
            outcome = left.error();
        else if (!left->empty())
            outcome = errc::unavailable;
    }
    co_return outcome;
}

awaitable<result<>> directory_rename::write_down() {
    if (!bucket_->journal)
        co_return result<>();
    rename_journal::record r;
    r.store = bucket_->store;
    r.bucket = bucket_->bucket;
    r.from = request_.from;
    r.to = request_.to;
    for (const auto& object : sources_) {
        rename_journal::object o;
        o.name = object.key.substr(request_.from.size());
        o.etag = object.etag;
        o.size = object.size;
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
    for (std::size_t i = 0; i < copied_.size(); ++i)
        if (copied_[i] != 0)
            keys.push_back(target_of(sources_[i].key));
    const auto removed = co_await remove(std::move(keys));
    if (!removed)
        config::log::warning("a directory was not renamed, and some of its copies are left",
                             {{"from", request_.from},
                              {"copies", request_.to},
                              {"error", removed.error().message()},
                              {"advice", "delete the copies"}});
    co_return removed;
}

// Those that are still the version that was copied, and whose copy is there.
awaitable<result<>> directory_rename::remove_sources() {
    const auto before = co_await list(request_.from, sources_.size() + page_size);
    if (!before)
        co_return before.error();
    const auto after = co_await list(request_.to, sources_.size() + page_size);
    if (!after)
        co_return after.error();
    const auto originals = by_key(*before);
    const auto copies = by_key(*after);
    std::vector<std::string> keys;
    for (const auto& object : sources_) {
        const auto original = originals.find(object.key);
        const auto copy = copies.find(target_of(object.key));
        if (original != originals.end() && original->second->etag == object.etag &&
            copy != copies.end() && copy->second->size == object.size)
            keys.push_back(object.key);
    }
    co_return co_await remove(std::move(keys));
}

// After a crash: those that are surely copies, of originals that are still there.
awaitable<result<>> directory_rename::remove_copies() {
    const auto before = co_await list(request_.from, sources_.size() + page_size);
    if (!before)
        co_return before.error();
    const auto after = co_await list(request_.to, sources_.size() + page_size);
    if (!after)
        co_return after.error();
    const auto originals = by_key(*before);
    const auto copies = by_key(*after);
    std::vector<std::string> keys;
    for (const auto& object : sources_) {
        const auto original = originals.find(object.key);
        const auto copy = copies.find(target_of(object.key));
        if (original != originals.end() && original->second->etag == object.etag &&
            copy != copies.end() && copy->second->etag == object.etag)
            keys.push_back(copy->second->key);
    }
    co_return co_await remove(std::move(keys));
}

awaitable<result<>> directory_rename::recover(const rename_journal::record& left) {
    for (const auto& o : left.objects) {
        listed_object object;
        object.key = left.from + o.name;
        object.etag = o.etag;
        object.size = o.size;
        sources_.push_back(std::move(object));
    }
    co_await take_turns();
    result<> done;
    if (left.all_copied)
        done = co_await remove_sources();
    else
        done = co_await remove_copies();
    co_return done;
}

awaitable<result<>> directory_rename::run() {
    const auto listed = co_await list_sources();
    if (!listed)
        co_return listed.error();
    const auto is_free = co_await require_free_target();
    if (!is_free)
        co_return is_free.error();
    co_await take_turns();
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
    const auto removed = co_await remove_sources();
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
                                   rename_journal::record left) {
    rename_request request(left.from, left.to, overwrite::refused);
    directory_rename moving(std::move(bucket), std::move(request));
    co_return co_await moving.recover(left);
}

} // namespace objftpd::storage::rest
