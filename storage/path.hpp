#pragma once

#include "config/result.hpp"

#include <string>
#include <string_view>

namespace objftpd::storage {

/// An absolute FTP path: "/" or "/a/b", UTF-8, without empty, "." or ".." segments and without
/// NUL, CR and LF. SECURITY: `resolve` is the only way to make one from what a client sent, and
/// ".." stops at the root, so whatever holds a virtual_path cannot point outside a user's tree.
/// Pure; no store is asked.
class virtual_path {
public:
    /// The root.
    virtual_path() : text_("/") {}

    /// What `argument` means in the directory `base`: absolute if it begins with '/', else
    /// relative. Repeated slashes count once; a trailing slash is dropped; an empty argument is
    /// `base` itself. Error: errc::invalid_path for NUL, CR, LF, broken UTF-8 or over `max_length`.
    static result<virtual_path> resolve(const virtual_path& base, std::string_view argument);

    /// Bytes that a path may have in all.
    static constexpr std::size_t max_length = 4096;

    const std::string& text() const { return text_; }
    bool is_root() const { return text_.size() == 1; }

    /// The last segment; empty for the root.
    std::string_view name() const;

    /// The directory above; the root is its own parent.
    virtual_path parent() const;

    /// Whether this is `ancestor` or lies below it.
    bool is_within(const virtual_path& ancestor) const;

    /// The part below `ancestor` without a leading slash. REQUIRES: is_within(ancestor).
    std::string_view below(const virtual_path& ancestor) const;

    friend bool operator==(const virtual_path&, const virtual_path&) = default;

private:
    explicit virtual_path(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// Whether a path can name this key, which may end in '/': keys with empty, "." or ".." segments,
/// NUL, CR, LF or broken UTF-8 exist in buckets, and no FTP command can mean them.
bool is_addressable(std::string_view key);

} // namespace objftpd::storage
