#pragma once

#include "storage/adapter.hpp"

#include <sys/stat.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// What a file system cannot hold of an object, kept in one extended attribute of its file
/// ("user.objftpd"): version, checksums and content type. It is bound to the file's size and
/// modification time, so that a file changed by somebody else counts as a new version.
namespace objftpd::storage::local {

struct attributes {
    std::string etag;
    std::optional<std::uint64_t> crc64;
    std::string content_type;
    std::array<std::string, 5> digests; // by hash_algorithm, lower-case hex, empty: not known
};

timestamp modified_of(const struct stat& status);

/// The attribute's value for a file of that size and time.
std::string encode(const attributes& a, const struct stat& status);

/// Nothing when the value is not ours, damaged, or of another version than `status` shows.
std::optional<attributes> decode(std::string_view value, const struct stat& status);

/// Reads the attribute, or makes a version out of inode, size and time where there is none: the
/// file was put there by hand, or the file system has no extended attributes. Blocks.
attributes read_attributes(int fd, const struct stat& status);

/// Writes the attribute. A file system without extended attributes is not an error: checksums
/// are computed again when asked for. Blocks.
void write_attributes(int fd, const attributes& a, const struct stat& status);

/// A new version's ETag: 32 hex digits, never the same twice.
std::string new_etag();

} // namespace objftpd::storage::local
