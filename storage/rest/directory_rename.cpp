#include "storage/rest/directory_rename.hpp"

#include "config/log.hpp"
#include "config/parallel.hpp"
#include "storage/error.hpp"
#include "storage/rest/directories.hpp"
#include "storage/rest/directory_move.hpp"
#include "storage/rest/directory_tree.hpp"
#include "storage/rest/object_copy.hpp"

#include <algorithm>
#include <vector>

namespace objftpd::storage::rest {
namespace {

class directory_rename {
public:
    directory_rename(std::shared_ptr<const bucket_access> bucket, rename_request request)
        : bucket_(std::move(bucket)), move_(bucket_, std::move(request)) {}

    awaitable<result<>> run();

private:
    awaitable<result<>> list_originals();
    awaitable<result<>> prepare();
    awaitable<result<>> copy_all();
    awaitable<result<>> compare_copies();
    awaitable<result<>> write_down();
    awaitable<void> undo();
    awaitable<result<>> remove_originals();
    awaitable<bool> is_own(const moved_object& object) const;

    const std::shared_ptr<const bucket_access> bucket_;
    directory_move move_;
    std::unique_ptr<directory_journal::entry> written_; // null: without a journal
};

awaitable<result<>> directory_rename::list_originals() {
    const auto& settings = bucket_->settings;
    const auto& request = move_.request();
    const auto longest = bucket_->client.speech().bounds().longest_key;
    auto& objects = move_.objects();
    std::uint64_t bytes = 0;
    auto visit = [&](listed_object&& object) -> result<> {
        bytes += object.size;
        if (objects.size() == settings.most_renamed_objects || bytes > settings.most_renamed_bytes)
            return errc::too_many;
        if (object.key.size() - request.from.size() + request.to.size() > longest)
            return errc::invalid_name;
        objects.emplace_back().original = std::move(object);
        return {};
    };
    const auto listed = co_await for_each_below(bucket_, request.from, request.stop, visit);
    if (!listed)
        co_return listed;
    if (objects.empty())
        co_return errc::not_found;
    move_.sort();
    if (request.progress) {
        request.progress->total = objects.size();
        request.progress->bytes = bytes;
    }
    co_return result<>();
}

// Another rename to the same name, or an upload, may have had its turn meanwhile.
awaitable<result<>> directory_rename::prepare() {
    const auto listed = co_await list_originals();
    if (!listed)
        co_return listed;
    const directories all(bucket_);
    const auto is_free = co_await all.require_free(move_.request().to);
    if (!is_free)
        co_return is_free;
    const auto turn = co_await move_.wait_for_turns();
    if (!turn)
        co_return turn;
    const auto is_still_free = co_await all.require_free(move_.request().to);
    if (!is_still_free)
        co_return is_still_free;
    co_return co_await write_down();
}

awaitable<result<>> directory_rename::copy_all() {
    auto& objects = move_.objects();
    const auto copy = [&](std::size_t index) { return move_.copy(objects[index], written_.get()); };
    co_return co_await for_each_index(objects.size(), bucket_->settings.parallel_copies, copy);
}

// A store that says it has copied has them all, and all of each.
awaitable<result<>> directory_rename::compare_copies() {
    const auto found = co_await move_.find_copies(move_.request().stop);
    if (!found)
        co_return found;
    if (!std::ranges::all_of(move_.objects(), &moved_object::is_copied))
        co_return errc::checksum_mismatch;
    co_return result<>();
}

awaitable<result<>> directory_rename::write_down() {
    if (!bucket_->journal)
        co_return result<>();
    auto written = co_await bucket_->journal->begin(move_.record());
    if (!written)
        co_return written.error();
    written_ = std::move(*written);
    co_return result<>();
}

// Somebody else may have stored there, whom our turns do not stop: the same content, too, which
// tells something only where it is not known what became of our copy.
awaitable<bool> directory_rename::is_own(const moved_object& object) const {
    if (!object.made.empty())
        co_return object.copy->etag == object.made;
    if (!object.may_be_made || !object.is_copied())
        co_return false;
    const auto said =
        co_await compare_objects(bucket_, object.original.key, move_.target_of(object));
    const bool is_proven = said && *said == evidence::proves;
    co_return is_proven;
}

awaitable<void> directory_rename::undo() {
    std::vector<std::string> own;
    std::vector<std::string> others;
    auto undone = co_await move_.find_copies(never);
    for (const auto& object : move_.objects()) {
        if (!object.begun || !object.copy)
            continue;
        const bool is_ours = co_await is_own(object);
        (is_ours ? own : others).push_back(move_.target_of(object));
    }
    if (undone)
        undone = co_await remove_objects(bucket_, std::move(own), never, nullptr);
    if (!undone || !others.empty())
        config::log::warning("a directory was not renamed, and something is left at its new name",
                             {{"from", move_.request().from},
                              {"to", move_.request().to},
                              {"keys", first_of(others)},
                              {"error", undone ? std::string() : undone.error().message()},
                              {"advice", "what is no copy is somebody else's; delete the copies"}});
}

// What only waits for the store is finished from its record, and nobody needs to look after it.
awaitable<result<>> directory_rename::remove_originals() {
    const auto removed = co_await move_.remove_originals();
    if (removed)
        co_return result<>();
    const auto why = removed.error();
    if (written_ && (why == condition::temporary || why == errc::refused_credentials)) {
        auto all = move_.record();
        all.all_copied = true;
        bucket_->journal->hand_over(std::move(all), std::move(written_));
        co_return errc::to_be_finished;
    }
    config::log::warning("a directory was renamed, and what it was made of is still there",
                         {{"from", move_.request().from},
                          {"to", move_.request().to},
                          {"error", why.message()},
                          {"advice", "delete the former"}});
    co_return why;
}

awaitable<result<>> directory_rename::run() {
    const auto ready = co_await prepare();
    if (!ready)
        co_return ready;
    auto done = co_await copy_all();
    if (done)
        done = co_await compare_copies();
    if (done && written_)
        done = co_await written_->all_copied(move_.record());
    if (done)
        done = co_await remove_originals();
    else
        co_await undo();
    if (written_) // who asked for it is told how it ended: nothing is to be finished later
        co_await written_->remove();
    co_return done;
}

} // namespace

awaitable<result<>> rename_directory(std::shared_ptr<const bucket_access> bucket,
                                     rename_request request) {
    directory_rename renaming(std::move(bucket), std::move(request));
    co_return co_await renaming.run();
}

} // namespace objftpd::storage::rest
