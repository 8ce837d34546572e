#include "storage/rename_journal.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/local/descriptor.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace objftpd::storage {
namespace {

namespace json = boost::json;
using local::descriptor;

// What a record's name ends in: only a whole file gets one of the latter two.
constexpr const char* being_written = ".part";
constexpr const char* copying = ".copying";
constexpr const char* deleting = ".deleting";

// Names may hold bytes that are no UTF-8, which JSON cannot.
std::string to_text(const rename_journal::record& r) {
    json::array objects;
    objects.reserve(r.objects.size());
    for (const auto& o : r.objects)
        objects.push_back(json::array{http::percent_encode(o.name), o.etag, o.size});
    const json::object all{{"store", r.store},
                           {"bucket", r.bucket},
                           {"from", http::percent_encode(r.from)},
                           {"to", http::percent_encode(r.to)},
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

std::optional<rename_journal::record> from_text(const std::string& text) {
    try {
        const auto value = json::parse(text);
        const auto& all = value.as_object();
        rename_journal::record r;
        r.store = text_of(all.at("store"));
        r.bucket = text_of(all.at("bucket"));
        r.from = name_of(all.at("from"));
        r.to = name_of(all.at("to"));
        for (const auto& entry : all.at("objects").as_array()) {
            const auto& fields = entry.as_array();
            rename_journal::object o;
            o.name = name_of(fields.at(0));
            o.etag = text_of(fields.at(1));
            o.size = fields.at(2).to_number<std::uint64_t>();
            r.objects.push_back(std::move(o));
        }
        return r;
    } catch (const std::exception&) { // not what we have written
        return std::nullopt;
    }
}

error_code sync_folder_of(const std::string& file) {
    const auto folder = std::filesystem::path(file).parent_path().string();
    const descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return !opened || ::fsync(opened.get()) != 0 ? from_errno(errno) : error_code();
}

error_code move(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0)
        return from_errno(errno);
    return sync_folder_of(to);
}

error_code write_whole(const std::string& file, const std::string& text) {
    const descriptor to(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!to)
        return from_errno(errno);
    for (std::size_t at = 0; at < text.size();) {
        const auto n = ::write(to.get(), text.data() + at, text.size() - at);
        if (n < 0)
            return from_errno(errno);
        at += static_cast<std::size_t>(n);
    }
    return ::fsync(to.get()) != 0 ? from_errno(errno) : error_code();
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream from(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
}

} // namespace

awaitable<result<>> rename_journal::entry::all_copied() {
    auto work = [this] { return move(file_ + copying, file_ + deleting); };
    if (const auto failed = co_await offload(disk_, work))
        co_return failed;
    co_return result<>();
}

awaitable<void> rename_journal::entry::remove() {
    auto work = [this] {
        ::unlink((file_ + copying).c_str());
        ::unlink((file_ + deleting).c_str());
        return 0;
    };
    co_await offload(disk_, work);
}

awaitable<result<std::unique_ptr<rename_journal::entry>>> rename_journal::begin(record r) {
    const auto number = next_++;
    const auto since = std::chrono::system_clock::now().time_since_epoch().count();
    const auto file = folder_ + '/' + std::to_string(since) + '-' + std::to_string(number);
    auto work = [&]() -> error_code {
        if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
            return from_errno(errno);
        if (const auto failed = write_whole(file + being_written, to_text(r)))
            return failed;
        return move(file + being_written, file + copying);
    };
    if (const auto failed = co_await offload(disk_, work))
        co_return failed;
    co_return std::make_unique<entry>(file, disk_);
}

std::vector<rename_journal::unfinished> rename_journal::left() {
    std::vector<unfinished> all;
    std::error_code none; // no such folder: nothing was ever renamed
    for (const auto& file : std::filesystem::directory_iterator(folder_, none)) {
        const auto path = file.path();
        const auto kind = path.extension().string();
        if (kind == being_written)
            ::unlink(path.c_str()); // nothing was copied yet
        if (kind != copying && kind != deleting)
            continue;
        auto what = from_text(content_of(path));
        if (!what) {
            config::log::error("a record of a rename cannot be read",
                               {{"file", path.string()},
                                {"advice", "look at both directories, then remove the file"}});
            continue;
        }
        what->all_copied = kind == deleting;
        auto stem = path;
        stem.replace_extension();
        all.push_back({std::move(*what), std::make_unique<entry>(stem.string(), disk_)});
    }
    return all;
}

} // namespace objftpd::storage
