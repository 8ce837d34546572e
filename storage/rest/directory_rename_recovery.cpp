#include "config/log.hpp"
#include "config/parallel.hpp"
#include "storage/error.hpp"
#include "storage/rest/directories.hpp"
#include "storage/rest/directory_move.hpp"
#include "storage/rest/directory_rename.hpp"
#include "storage/rest/directory_tree.hpp"
#include "storage/rest/object_copy.hpp"

#include <algorithm>
#include <vector>

// How a rename that a crash has cut off goes on.
namespace objftpd::storage::rest {
namespace {

// Copies of large and of encrypted objects have other ETags than these: those are written down as
// soon as they are made.
bool is_known_copy(const moved_object& object) {
    if (!object.is_copied())
        return false;
    const auto& etag = object.copy->etag;
    return !etag.empty() && (etag == object.original.etag || etag == object.made);
}

// Meanwhile anybody may have changed anything. What is not surely as it was left stays where it is,
// be it twice: no original is deleted without proof that its content is at the new name.
class rename_recovery {
public:
    rename_recovery(std::shared_ptr<const bucket_access> bucket,
                    directory_journal::unfinished& left)
        : bucket_(std::move(bucket)), left_(left),
          move_(bucket_, rename_request(left.what.from, left.what.to, overwrite::refused)) {}

    awaitable<result<>> run();

private:
    void read_record();
    awaitable<result<>> find_originals();
    awaitable<result<>> check_copies();
    awaitable<result<>> check(moved_object& object);
    awaitable<result<evidence>> look_at_copy(const moved_object& object) const;
    awaitable<result<>> copy_the_rest();
    awaitable<result<>> copy(std::size_t index);
    awaitable<result<>> write_down();
    void leave(moved_object& object);
    void tell_what_stays();

    const std::shared_ptr<const bucket_access> bucket_;
    directory_journal::unfinished& left_;
    directory_move move_;
    std::vector<std::string> staying_; // names below the directory
};

void rename_recovery::read_record() {
    const auto& from = left_.what.from;
    std::ranges::sort(left_.what.objects, {}, &directory_journal::object::name); // as move_ does
    for (const auto& o : left_.what.objects) {
        auto& object = move_.objects().emplace_back();
        object.original.key = from + o.name;
        object.original.etag = o.etag;
        object.original.size = o.size;
        object.original.modified = timestamp(std::chrono::seconds(o.modified));
        object.made = o.copy;
        object.stays = true; // unless it is found
    }
    move_.sort();
}

void rename_recovery::leave(moved_object& object) {
    object.stays = true;
    staying_.push_back(object.original.key.substr(left_.what.from.size()));
}

// Once originals may have been deleted it is no wonder that they are gone, or stored anew.
awaitable<result<>> rename_recovery::find_originals() {
    auto visit = [this](listed_object&& original) -> result<> {
        auto* const object = move_.find(original.key, left_.what.from);
        if (object != nullptr && is_same_version(object->original, original)) {
            object->stays = false;
            object->original.storage_class = std::move(original.storage_class);
        }
        return {};
    };
    const auto listed = co_await for_each_below(bucket_, left_.what.from, never, visit);
    if (!listed)
        co_return listed;
    for (auto& object : move_.objects())
        if (object.stays && !left_.what.all_copied)
            leave(object);
    co_return result<>();
}

awaitable<result<evidence>> rename_recovery::look_at_copy(const moved_object& object) const {
    if (!object.is_copied())
        co_return evidence::contradicts;
    if (is_known_copy(object))
        co_return evidence::proves;
    co_return co_await compare_objects(bucket_, object.original.key, move_.target_of(object));
}

awaitable<result<>> rename_recovery::check(moved_object& object) {
    const bool is_to_be_copied = !object.copy && !left_.what.all_copied;
    if (object.stays || is_to_be_copied)
        co_return result<>();
    const auto said = co_await look_at_copy(object);
    if (!said && said.error() != errc::not_found)
        co_return said.error();
    if (said && *said == evidence::proves)
        object.made = object.copy->etag;
    else
        leave(object);
    co_return result<>();
}

awaitable<result<>> rename_recovery::check_copies() {
    const auto found = co_await move_.find_copies(never);
    if (!found)
        co_return found;
    auto& objects = move_.objects();
    const auto look = [&](std::size_t index) { return check(objects[index]); };
    co_return co_await for_each_index(objects.size(), bucket_->settings.parallel_copies, look);
}

awaitable<result<>> rename_recovery::copy(std::size_t index) {
    auto& object = move_.objects()[index];
    if (object.stays || object.copy)
        co_return result<>();
    const auto made = co_await move_.copy(object, left_.where.get());
    left_.what.objects[index].copy = object.made; // should this attempt fail, for the next one
    if (made)
        co_return result<>();
    const auto why = made.error();
    if (why != errc::precondition_failed && why != errc::not_found && why != errc::already_exists)
        co_return why;
    leave(object); // it has changed, or something stands there
    co_return result<>();
}

awaitable<result<>> rename_recovery::copy_the_rest() {
    auto& objects = move_.objects();
    const auto step = [this](std::size_t index) { return copy(index); };
    const auto made =
        co_await for_each_index(objects.size(), bucket_->settings.parallel_copies, step);
    if (!made)
        co_return made;
    const auto found = co_await move_.find_copies(never);
    if (!found)
        co_return found;
    for (auto& object : objects)
        if (!object.stays && !is_known_copy(object)) // replaced since it was looked at, or made
            leave(object);
    co_return co_await write_down();
}

awaitable<result<>> rename_recovery::write_down() {
    auto now = move_.record();
    const auto written = co_await left_.where->all_copied(now);
    if (!written)
        co_return written;
    left_.what = std::move(now);
    left_.what.all_copied = true;
    co_return result<>();
}

void rename_recovery::tell_what_stays() {
    if (!staying_.empty())
        config::log::warning(
            "some files of a rename that was cut off have changed since: they stay where they are",
            {{"from", left_.what.from},
             {"to", left_.what.to},
             {"files", first_of(staying_)},
             {"advice", "compare both directories and delete what is there twice"}});
}

awaitable<result<>> rename_recovery::run() {
    read_record();
    const auto turn = co_await move_.wait_for_turns();
    if (!turn)
        co_return turn;
    auto done = co_await find_originals();
    if (done)
        done = co_await check_copies();
    if (done && !left_.what.all_copied)
        done = co_await copy_the_rest();
    if (!done)
        co_return done;
    tell_what_stays();
    const auto removed = co_await move_.remove_originals();
    if (removed)
        co_await directories(bucket_).keep_parent_of(left_.what.from);
    co_return removed;
}

} // namespace

awaitable<result<>> recover_rename(std::shared_ptr<const bucket_access> bucket,
                                   directory_journal::unfinished& left) {
    rename_recovery recovery(std::move(bucket), left);
    co_return co_await recovery.run();
}

} // namespace objftpd::storage::rest
