#include "storage/local/local_listing.hpp"

#include "config/utf8.hpp"
#include "storage/error.hpp"
#include "storage/local/attributes.hpp"
#include "storage/local/beneath.hpp"
#include "storage/local/directory_stream.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <memory>

namespace objftpd::storage::local {
namespace {

// A directory on the way of a walk: its key ("a/b/" or ""), which directory that is, and the
// place reached in it. A place is worth nothing in another directory of the same name.
struct place {
    std::string key;
    ino_t inode = 0; // 0: not opened yet
    long position = 0;
};

// The token of a walk: "7:12/8:345 a/b/": inode and position for each level, then the deepest
// key.
std::string to_token(const std::vector<place>& way) {
    std::string token;
    for (const auto& p : way) {
        if (!token.empty())
            token += '/';
        token += std::to_string(p.inode);
        token += ':';
        token += std::to_string(p.position);
    }
    return token + ' ' + way.back().key;
}

result<std::vector<place>> from_token(std::string_view token, const std::string& top) {
    std::vector<place> way;
    const auto space = token.find(' ');
    if (space == token.npos)
        return errc::invalid_path;
    auto positions = token.substr(0, space);
    const auto deepest = token.substr(space + 1);
    if (!deepest.starts_with(top))
        return errc::invalid_path;
    std::size_t end = top.size();
    while (!positions.empty()) {
        const auto slash = positions.find('/');
        const auto number = positions.substr(0, slash);
        positions.remove_prefix(slash == positions.npos ? positions.size() : slash + 1);
        place p;
        const auto* const number_end = number.data() + number.size();
        const auto inode = std::from_chars(number.data(), number_end, p.inode);
        if (inode.ec != std::errc() || inode.ptr == number_end || end == deepest.npos)
            return errc::invalid_path;
        if (std::from_chars(inode.ptr + 1, number_end, p.position).ec != std::errc())
            return errc::invalid_path;
        p.key = deepest.substr(0, end);
        way.push_back(std::move(p));
        const auto next = deepest.find('/', end);
        end = next == deepest.npos ? deepest.npos : next + 1;
    }
    return way;
}

result<directory_stream> open_stream(int bucket, place& p) {
    auto path = p.key;
    if (path.ends_with('/'))
        path.pop_back();
    auto directory = open_beneath(bucket, path, O_RDONLY | O_DIRECTORY);
    const bool begun = p.inode != 0;
    if (!directory) {
        const bool gone =
            directory.error() == errc::not_found || directory.error() == errc::not_a_directory;
        return begun && gone ? make_error_code(errc::precondition_failed) : directory.error();
    }
    struct stat status {};
    if (::fstat(directory->get(), &status) != 0)
        return from_errno(errno);
    if (begun && status.st_ino != p.inode)
        return errc::precondition_failed;
    p.inode = status.st_ino;
    const int copy = ::fcntl(directory->get(), F_DUPFD_CLOEXEC, 0);
    directory_stream stream(::fdopendir(copy));
    if (!stream) {
        const auto failed = from_errno(errno);
        ::close(copy);
        return failed;
    }
    if (p.position != 0)
        ::seekdir(stream.get(), p.position);
    return stream;
}

bool is_listable(std::string_view name) {
    // SECURITY: a file dropped in with CR or LF in its name could forge listing lines. What is
    // not UTF-8 could be seen but never be named by a client.
    return name.find_first_of("\r\n") == name.npos && config::is_utf8(name);
}

enum class kind { file, directory, hidden };

kind kind_of(mode_t mode) {
    if (S_ISREG(mode))
        return kind::file;
    return S_ISDIR(mode) ? kind::directory : kind::hidden;
}

void describe(object_info& info, const struct stat& status) {
    info.directory = S_ISDIR(status.st_mode);
    info.size = info.directory ? 0 : static_cast<std::uint64_t>(status.st_size);
    info.modified = modified_of(status);
}

// Fills what the listing says of a name. Links are shown as what they lead to, if that lies in
// the bucket; all else that is neither file nor directory is hidden.
kind examine(int bucket, int directory, const dirent& entry, bool names_only, object_info& info) {
    if (names_only && (entry.d_type == DT_REG || entry.d_type == DT_DIR)) {
        info.directory = entry.d_type == DT_DIR;
        return info.directory ? kind::directory : kind::file;
    }
    struct stat status {};
    if (::fstatat(directory, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return kind::hidden;
    if (S_ISLNK(status.st_mode)) {
        const auto target = open_beneath(bucket, info.key, O_PATH);
        if (!target || ::fstat(target->get(), &status) != 0)
            return kind::hidden;
        info.link = true;
    }
    describe(info, status);
    return kind_of(status.st_mode);
}

} // namespace

result<list_page> list_directory(int bucket, const list_request& request) {
    const auto slash = request.prefix.rfind('/');
    const auto top =
        slash == request.prefix.npos ? std::string() : request.prefix.substr(0, slash + 1);
    const auto name_prefix = request.prefix.substr(top.size());

    std::vector<place> way;
    if (request.token.empty()) {
        way.push_back({top, 0, 0});
    } else {
        auto parsed = from_token(request.token, top);
        if (!parsed)
            return parsed.error();
        way = std::move(*parsed);
    }

    list_page page;
    page.entries.reserve(request.limit);
    directory_stream stream;
    while (!way.empty()) {
        if (!stream) {
            auto opened = open_stream(bucket, way.back());
            if (!opened &&
                opened.error() == errc::not_found) { // nothing there, or removed meanwhile
                way.pop_back();
                continue;
            }
            if (!opened && opened.error() == errc::not_a_directory)
                return page;
            if (!opened)
                return opened.error();
            stream = std::move(*opened);
        }
        errno = 0;
        const dirent* entry = ::readdir(stream.get());
        if (entry == nullptr) {
            if (errno != 0)
                return from_errno(errno);
            stream.reset();
            way.pop_back();
            continue;
        }
        const std::string_view name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        const bool matches = way.size() > 1 || name.starts_with(name_prefix);
        if (!matches || !is_listable(name))
            continue;
        object_info info;
        info.key.reserve(way.back().key.size() + name.size() + 1);
        info.key = way.back().key;
        info.key += name;
        const auto found = examine(bucket, ::dirfd(stream.get()), *entry, request.names_only, info);
        if (found == kind::hidden)
            continue;
        way.back().position = entry->d_off;
        if (found == kind::directory)
            info.key += '/';
        auto key = request.recursive && found == kind::directory ? info.key : std::string();
        page.entries.push_back(std::move(info));
        if (!key.empty() && entry->d_type == DT_DIR) { // never through links: they may be circles
            way.push_back({std::move(key), 0, 0});
            stream.reset();
        }
        if (page.entries.size() >= request.limit) {
            page.next = to_token(way);
            return page;
        }
    }
    return page;
}

} // namespace objftpd::storage::local
