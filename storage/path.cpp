#include "storage/path.hpp"

#include "config/utf8.hpp"
#include "storage/error.hpp"

namespace objftpd::storage {
namespace {

void remove_last_segment(std::string& path) {
    path.resize(path.rfind('/'));
}

void append_segments(std::string& path, std::string_view relative) {
    while (!relative.empty()) {
        const auto slash = relative.find('/');
        const auto segment = relative.substr(0, slash);
        relative.remove_prefix(slash == relative.npos ? relative.size() : slash + 1);
        if (segment.empty() || segment == ".")
            continue;
        if (segment == "..") {
            // SECURITY: the root has no parent, so ".." can never climb out of the tree.
            if (!path.empty())
                remove_last_segment(path);
            continue;
        }
        path += '/';
        path += segment;
    }
}

} // namespace

result<virtual_path> virtual_path::resolve(const virtual_path& base, std::string_view argument) {
    // SECURITY: CR and LF could forge replies and listing lines, NUL cuts names short in C calls.
    if (argument.find_first_of(std::string_view("\0\r\n", 3)) != argument.npos)
        return errc::invalid_path;
    if (!config::is_utf8(argument))
        return errc::invalid_path;

    std::string path;
    if (!argument.starts_with('/') && !base.is_root())
        path = base.text_;
    append_segments(path, argument);
    if (path.size() > max_length)
        return errc::invalid_path;
    if (path.empty())
        path = "/";
    return virtual_path(std::move(path));
}

std::string_view virtual_path::name() const {
    return std::string_view(text_).substr(text_.rfind('/') + 1);
}

virtual_path virtual_path::parent() const {
    const auto slash = text_.rfind('/');
    return slash == 0 ? virtual_path() : virtual_path(text_.substr(0, slash));
}

bool virtual_path::is_within(const virtual_path& ancestor) const {
    if (ancestor.is_root() || text_ == ancestor.text_)
        return true;
    return text_.starts_with(ancestor.text_) && text_[ancestor.text_.size()] == '/';
}

std::string_view virtual_path::below(const virtual_path& ancestor) const {
    auto rest = std::string_view(text_).substr(ancestor.is_root() ? 0 : ancestor.text_.size());
    if (rest.starts_with('/'))
        rest.remove_prefix(1);
    return rest;
}

bool is_addressable(std::string_view key) {
    if (key.ends_with('/'))
        key.remove_suffix(1);
    const auto path = virtual_path::resolve(virtual_path(), key);
    return path && !key.empty() && path->below(virtual_path()) == key;
}

} // namespace objftpd::storage
