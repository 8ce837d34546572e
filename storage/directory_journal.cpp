#include "storage/directory_journal.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "config/private_file.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>

namespace objftpd::storage {
namespace {

namespace json = boost::json;

// What a record's name ends in. private_file adds another one as long as it is not whole.
constexpr const char* being_written = ".part";
constexpr const char* copying = ".copying";
constexpr const char* deleting = ".deleting";

// What is known of copies before all are made, a line for each.
constexpr const char* copies = ".copies";

// Names may hold bytes that are no UTF-8, which JSON cannot.
std::string to_text(const directory_journal::record& r) {
    json::array objects;
    objects.reserve(r.objects.size());
    for (const auto& o : r.objects)
        objects.push_back(
            json::array{http::percent_encode(o.name), o.etag, o.size, o.modified, o.copy});
    const auto& as = r.placement;
    const json::array placement{as.storage_class, as.acl, as.encryption, as.encryption_key};
    const json::object all{{"store", r.store},
                           {"bucket", r.bucket},
                           {"from", http::percent_encode(r.from)},
                           {"to", http::percent_encode(r.to)},
                           {"placement", placement},
                           {"objects", std::move(objects)}};
    return json::serialize(all);
}

std::string text_of(const json::value& v) {
    const auto& text = v.as_string();
    return {text.data(), text.size()};
}

std::string name_of(const json::value& v) {
    return http::percent_decode(text_of(v)).value();
}

std::optional<directory_journal::record> from_text(const std::string& text) {
    try {
        const auto value = json::parse(text);
        const auto& all = value.as_object();
        directory_journal::record r;
        r.store = text_of(all.at("store"));
        r.bucket = text_of(all.at("bucket"));
        r.from = name_of(all.at("from"));
        r.to = name_of(all.at("to"));
        if (const auto* const as =
                all.if_contains("placement")) { // not in earlier versions' records
            const auto& fields = as->as_array();
            r.placement.storage_class = text_of(fields.at(0));
            r.placement.acl = text_of(fields.at(1));
            r.placement.encryption = text_of(fields.at(2));
            r.placement.encryption_key = text_of(fields.at(3));
        }
        for (const auto& entry : all.at("objects").as_array()) {
            const auto& fields = entry.as_array();
            directory_journal::object o;
            o.name = name_of(fields.at(0));
            o.etag = text_of(fields.at(1));
            o.size = fields.at(2).to_number<std::uint64_t>();
            if (fields.size() > 3) // not in the records of earlier versions
                o.modified = fields.at(3).to_number<std::int64_t>();
            if (fields.size() > 4)
                o.copy = text_of(fields.at(4));
            r.objects.push_back(std::move(o));
        }
        return r;
    } catch (const std::exception&) { // not what we have written
        return std::nullopt;
    }
}

// After a line that a crash has cut short the next one is whole again.
std::string line_of(const std::string& name, const std::string& etag) {
    const json::array fields{http::percent_encode(name), etag};
    return '\n' + json::serialize(fields);
}

std::error_code append(const std::string& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return {errno, std::system_category()};
    const auto written = ::write(fd, text.data(), text.size());
    const int failed = written < 0 ? errno : written < std::ssize(text) ? ENOSPC : 0;
    ::close(fd);
    return {failed, std::system_category()};
}

void add_copies(const std::string& file, directory_journal::record& to) {
    std::map<std::string, std::string> etags;
    std::ifstream lines(file, std::ios::binary);
    for (std::string line; std::getline(lines, line);) {
        try {
            const auto value = json::parse(line);
            const auto& fields = value.as_array();
            etags[name_of(fields.at(0))] = text_of(fields.at(1));
        } catch (const std::exception&) { // cut short
        }
    }
    for (auto& o : to.objects)
        if (const auto found = etags.find(o.name); found != etags.end())
            o.copy = found->second;
}

error_code failure(const std::error_code& of_system) {
    return of_system ? from_errno(of_system.value()) : error_code();
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream from(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
}

// When it was written; the first moment of all if that cannot be told.
std::chrono::system_clock::time_point time_of(const std::filesystem::path& file) {
    struct ::stat found {};
    if (::stat(file.c_str(), &found) != 0)
        return {};
    return std::chrono::system_clock::from_time_t(found.st_mtime);
}

} // namespace

awaitable<result<>> directory_journal::entry::note_copy(std::string name, std::string etag) {
    auto work = [&] { return failure(append(file_ + copies, line_of(name, etag))); };
    if (const auto failed = co_await offload(disk_, work))
        co_return failed;
    co_return result<>();
}

awaitable<result<>> directory_journal::entry::all_copied(record r) {
    auto work = [&] {
        auto failed = config::write_private_file(file_ + deleting, to_text(r));
        if (failed)
            return failure(failed);
        failed = config::remove_durably(file_ + copying);
        ::unlink((file_ + copies).c_str());
        return failure(failed);
    };
    if (const auto failed = co_await offload(disk_, work))
        co_return failed;
    co_return result<>();
}

awaitable<void> directory_journal::entry::remove() {
    auto work = [this] {
        const auto one = config::remove_durably(file_ + copying);
        const auto other = config::remove_durably(file_ + deleting);
        ::unlink((file_ + copies).c_str());
        return failure(one ? one : other);
    };
    if (const auto failed = co_await offload(disk_, work))
        config::log::error("a record of a directory's change cannot be removed",
                           {{"file", file_},
                            {"error", failed.message()},
                            {"advice", "remove it before the next start"}});
}

awaitable<result<std::unique_ptr<directory_journal::entry>>> directory_journal::begin(record r) {
    const auto number = next_++;
    const auto since = std::chrono::system_clock::now().time_since_epoch().count();
    const auto file = folder_ + '/' + std::to_string(since) + '-' + std::to_string(number);
    auto work = [&]() -> error_code {
        if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
            return from_errno(errno);
        const auto* const state = r.all_copied ? deleting : copying;
        return failure(config::write_private_file(file + state, to_text(r)));
    };
    if (const auto failed = co_await offload(disk_, work))
        co_return failed;
    co_return std::make_unique<entry>(file, disk_);
}

void directory_journal::hand_over(record what, std::unique_ptr<entry> where) {
    if (!finisher_)
        return;
    unfinished left;
    left.file = where->file() + (what.all_copied ? deleting : copying);
    left.what = std::move(what);
    left.where = std::move(where);
    left.since = std::chrono::system_clock::now();
    finisher_(std::move(left));
}

std::vector<directory_journal::unfinished> directory_journal::left() {
    std::vector<unfinished> all;
    std::error_code none; // no such folder: nothing was ever written down
    for (const auto& file : std::filesystem::directory_iterator(folder_, none)) {
        const auto path = file.path();
        const auto kind = path.extension().string();
        if (kind == being_written)
            ::unlink(path.c_str()); // nothing was copied yet, or the record before it still stands
        auto stem = path;
        stem.replace_extension();
        if (kind == copies && !std::filesystem::exists(stem.string() + copying))
            ::unlink(path.c_str()); // it is over, or the other record says more
        if (kind != copying && kind != deleting)
            continue;
        if (kind == copying && std::filesystem::exists(stem.string() + deleting))
            continue; // which says more
        auto what = from_text(content_of(path));
        if (!what) {
            config::log::error(
                "a record of a directory's change cannot be read",
                {{"file", path.string()},
                 {"advice", "look at the directories it names, then remove the file"}});
            continue;
        }
        what->all_copied = kind == deleting;
        if (kind == copying)
            add_copies(stem.string() + copies, *what);
        all.push_back({std::move(*what), std::make_unique<entry>(stem.string(), disk_),
                       path.string(), time_of(path)});
    }
    return all;
}

} // namespace objftpd::storage
