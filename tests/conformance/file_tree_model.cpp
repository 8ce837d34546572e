#include "tests/conformance/file_tree_model.hpp"

#include "storage/checksum/crc64.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>

namespace objftpd::tests {
namespace {

using storage::errc;
using storage::overwrite;
using storage::parents;
using kind = tree_operation::kind;

std::string parent_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string() : path.substr(0, slash);
}

bool lies_in(const std::string& path, const std::string& directory) {
    return directory.empty() ? !path.empty() : path.starts_with(directory + '/');
}

const char* verb(const tree_operation& operation) {
    constexpr std::array<const char*, tree_operation::kinds> verbs = {
        "STOR", "STOR",        "DELE", "MKD", "RMD",  "rename",
        "copy", "remove tree", "SIZE", "CWD", "RETR", "LIST"};
    const bool appends = operation.offset == storage::upload_request::at_end;
    return operation.uploads() && appends ? "APPE"
                                          : verbs[static_cast<std::size_t>(operation.what)];
}

} // namespace

std::string summary(const std::string& content) {
    std::ostringstream words;
    words << content.size() << " bytes, CRC-64 " << std::hex
          << storage::crc64(0, content.data(), content.size());
    return std::move(words).str();
}

std::ostream& operator<<(std::ostream& out, const tree_operation& operation) {
    const auto& o = operation;
    out << verb(o) << " /" << o.path;
    if (o.has_target())
        out << " -> /" << o.to;
    if (o.what == kind::list && !o.name_prefix.empty())
        out << ", names that begin with " << o.name_prefix;
    if ((o.uploads() || o.what == kind::read) && o.offset != 0 &&
        o.offset != storage::upload_request::at_end)
        out << " from " << o.offset;
    if (o.uploads())
        out << ", " << summary(o.content) << (o.in_pieces ? ", in pieces" : "");
    if ((o.uploads() || o.has_target()) && o.existing == overwrite::refused)
        out << ", not to replace";
    if (o.missing == parents::must_exist)
        out << ", parent must exist";
    return out << (o.what == kind::abandon ? ", given up" : "");
}

bool file_tree::is_empty(const std::string& directory) const {
    const auto is_in = [&](const std::string& path) { return lies_in(path, directory); };
    return std::ranges::none_of(directories_, is_in) &&
           std::ranges::none_of(files_, [&](const auto& file) { return is_in(file.first); });
}

bool file_tree::lies_below_a_file(const std::string& path) const {
    if (!real_directories_)
        return false;
    return std::ranges::any_of(files_, [&](const auto& file) { return lies_in(path, file.first); });
}

// The top belongs to the mount, whatever the store.
file_tree::reasons file_tree::refusals_at_top(const tree_operation& operation) {
    switch (operation.what) {
    case kind::stat:
    case kind::enter:
    case kind::list:
        return {};
    case kind::make_directory:
        return {errc::already_exists};
    case kind::remove_directory:
    case kind::remove_tree:
        return {errc::permission_denied};
    case kind::rename:
        return {operation.path.empty() ? errc::permission_denied : errc::is_a_directory};
    default:
        return {errc::is_a_directory};
    }
}

// Why there is no such file.
file_tree::reasons file_tree::without_file(const std::string& path) const {
    if (is_file(path))
        return {};
    if (lies_below_a_file(path))
        return {errc::not_a_directory};
    return {is_directory(path) ? errc::is_a_directory : errc::not_found};
}

file_tree::reasons file_tree::without_directory(const std::string& path) const {
    if (is_directory(path))
        return {};
    const bool is_taken = real_directories_ && is_file(path);
    return {is_taken || lies_below_a_file(path) ? errc::not_a_directory : errc::not_found};
}

file_tree::reasons file_tree::at_new_name(const std::string& path, parents missing) const {
    if (lies_below_a_file(path))
        return {errc::not_a_directory};
    if (missing == parents::must_exist && !is_directory(parent_of(path)))
        return {errc::not_found};
    return {};
}

// Where a file is to be.
file_tree::reasons file_tree::at_file_place(const std::string& path,
                                            const tree_operation& operation) const {
    auto all = at_new_name(path, operation.missing);
    const bool must_not_replace = operation.existing == overwrite::refused;
    if (must_not_replace && is_file(path))
        all.insert(errc::already_exists);
    // Uploads alone, which are many, do not ask a store for directories that are not real.
    if (is_directory(path) && (real_directories_ || operation.has_target())) {
        all.insert(errc::is_a_directory);
        if (must_not_replace)
            all.insert(errc::already_exists);
    }
    return all;
}

file_tree::reasons file_tree::of_upload(const tree_operation& operation) const {
    auto all = at_file_place(operation.path, operation);
    const auto old = files_.find(operation.path);
    const auto size = old == files_.end() ? 0 : old->second.size();
    if (operation.offset != storage::upload_request::at_end && operation.offset > size)
        all.insert(errc::range_not_satisfiable);
    return all;
}

file_tree::reasons file_tree::of_rename(const tree_operation& operation) const {
    const auto& from = operation.path;
    const auto& to = operation.to;
    if (is_file(from))
        return at_file_place(to, operation);
    auto all = at_new_name(to, operation.missing);
    if (!is_directory(from))
        all.merge(without_directory(from));
    else if (lies_in(to, from))
        all.insert(errc::nested_rename);
    if (is_directory(from) && (is_directory(to) || is_file(to)))
        all.insert(errc::already_exists);
    // Without real directories it takes a request to learn that it is not a file that moves.
    if (!real_directories_ && is_directory(to))
        all.insert(errc::is_a_directory);
    return all;
}

std::set<errc> file_tree::refusals(const tree_operation& operation) const {
    const auto& o = operation;
    if (o.path.empty() || (o.has_target() && o.to.empty()))
        return refusals_at_top(o);
    switch (o.what) {
    case kind::store:
    case kind::abandon:
        return of_upload(o);
    case kind::remove: {
        auto all = without_file(o.path);
        if (!real_directories_ && all.contains(errc::is_a_directory))
            all = {errc::not_found}; // nothing but the file is asked for
        return all;
    }
    case kind::make_directory: {
        auto all = at_new_name(o.path, o.missing);
        if (is_file(o.path) || is_directory(o.path))
            all.insert(errc::already_exists);
        return all;
    }
    case kind::remove_directory: {
        auto all = without_directory(o.path);
        if (all.empty() && !is_empty(o.path))
            all.insert(errc::directory_not_empty);
        return all;
    }
    case kind::rename:
        return of_rename(o);
    case kind::copy: {
        auto all = without_file(o.path);
        all.merge(at_file_place(o.to, o));
        return all;
    }
    case kind::remove_tree:
        return without_directory(o.path);
    case kind::stat:
    case kind::enter:
        return is_file(o.path) ? reasons() : without_directory(o.path);
    case kind::read: {
        auto all = without_file(o.path);
        if (all.empty() && o.offset > files_.at(o.path).size())
            all.insert(errc::range_not_satisfiable);
        return all;
    }
    case kind::list:
        if (!is_directory(o.path) && is_file(o.path))
            return {errc::not_a_directory};
        return without_directory(o.path);
    }
    return {};
}

// The content after an upload.
std::string file_tree::stored(const tree_operation& operation) const {
    const auto old = files_.find(operation.path);
    if (old == files_.end())
        return operation.content;
    const auto kept = std::min<std::uint64_t>(operation.offset, old->second.size());
    return old->second.substr(0, static_cast<std::size_t>(kept)) + operation.content;
}

std::string file_tree::listing(const std::string& directory, const std::string& name_prefix) const {
    const auto begin = directory.empty() ? 0 : directory.size() + 1;
    std::map<std::string, std::string> entries;
    for (const auto& [path, content] : files_)
        if (parent_of(path) == directory)
            entries[path.substr(begin)] = std::to_string(content.size());
    for (const auto& path : directories_)
        if (!path.empty() && parent_of(path) == directory)
            entries[path.substr(begin)] = "directory";
    std::string text;
    for (const auto& [name, what] : entries)
        if (name.starts_with(name_prefix))
            text += name + ": " + what + '\n';
    return text;
}

std::string file_tree::answer(const tree_operation& operation) const {
    const auto& o = operation;
    switch (o.what) {
    case kind::store:
        return std::to_string(stored(o).size());
    case kind::copy:
        return std::to_string(files_.at(o.path).size());
    case kind::stat:
    case kind::enter: {
        const bool directory_first = o.what == kind::enter && is_directory(o.path);
        if (directory_first || !is_file(o.path))
            return "directory";
        return std::to_string(files_.at(o.path).size());
    }
    case kind::read:
        return summary(files_.at(o.path).substr(static_cast<std::size_t>(o.offset)));
    case kind::list:
        return listing(o.path, o.name_prefix);
    default:
        return {};
    }
}

void file_tree::add_directory(std::string path) {
    while (directories_.insert(path).second)
        path = parent_of(path);
}

void file_tree::put(const std::string& path, std::string content) {
    add_directory(parent_of(path));
    files_[path] = std::move(content);
}

void file_tree::remove_tree(const std::string& directory) {
    std::erase_if(files_, [&](const auto& file) { return lies_in(file.first, directory); });
    std::erase_if(directories_, [&](const std::string& path) {
        return path == directory || lies_in(path, directory);
    });
}

void file_tree::move_directory(const std::string& from, const std::string& to) {
    const auto before = *this;
    remove_tree(from);
    for (const auto& path : before.directories_)
        if (path == from || lies_in(path, from))
            add_directory(to + path.substr(from.size()));
    for (const auto& [path, content] : before.files_)
        if (lies_in(path, from))
            put(to + path.substr(from.size()), content);
}

void file_tree::apply(const tree_operation& operation) {
    const auto& o = operation;
    if (!refusals(o).empty())
        return;
    switch (o.what) {
    case kind::store:
        put(o.path, stored(o));
        break;
    case kind::remove:
        files_.erase(o.path);
        break;
    case kind::make_directory:
        add_directory(o.path);
        break;
    case kind::remove_directory:
        directories_.erase(o.path);
        break;
    case kind::rename:
        if (!is_file(o.path)) {
            move_directory(o.path, o.to);
            break;
        }
        put(o.to, files_.at(o.path));
        files_.erase(o.path);
        break;
    case kind::copy:
        put(o.to, files_.at(o.path));
        break;
    case kind::remove_tree:
        remove_tree(o.path);
        break;
    default:
        break;
    }
}

} // namespace objftpd::tests
