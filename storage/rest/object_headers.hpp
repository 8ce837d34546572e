#pragma once

#include "config/upload_attributes.hpp"
#include "storage/adapter.hpp"
#include "storage/rest/call.hpp"
#include "storage/rest/checksums.hpp"
#include "storage/rest/dialect.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the headers of requests and answers say of objects.
namespace objftpd::storage::rest {

/// What a store says of bytes that it has.
struct stored : told_checksums {
    stored() = default;

    std::string etag;         // without quotes
    bool etag_is_md5 = false; // of the content; not where the store encrypts with keys of its own
};

/// What that says of bytes of which somebody else knows the checksum. An ETag that is no MD5
/// (encrypted objects) says nothing.
enum class evidence { none, proves, contradicts };

/// Whether an ETag may be the MD5 of what is stored: 32 hex digits.
bool looks_like_md5(std::string_view etag);

/// What HEAD and GET tell of an object.
struct object_head : stored {
    object_head() = default;

    std::uint64_t size = 0; // of the whole object
    timestamp modified{};
    std::string content_type;
    std::string storage_class; // empty: the vendor's standard
    std::string encryption;    // what the store encrypts it with, and by which key
    std::string encryption_key;
    bool tagged = false;
    bool is_locked = false; // by rules that keep it from being changed
    bool is_link = false;   // what is told is of the object that it leads to
    std::string noted_md5;  // in hex; what its uploader has noted in the metadata, as rclone does
    /// What else it was stored with and a new object in its place may be: the user's own metadata,
    /// Cache-Control and the like, as headers.
    std::vector<http::header> kept;
};

/// What an object is stored with. The content types of extensions are not looked at.
struct object_attributes : config::upload_attributes {
    object_attributes() = default;
    explicit object_attributes(config::upload_attributes all)
        : config::upload_attributes(std::move(all)) {}

    std::vector<http::header> kept; // of the object that stood there: object_head::kept
};

/// What is said of a new object.
void add_attributes(call& c, const dialect& speech, const object_attributes& attributes);

/// The part of it that is said anew of a copy, too: class, ACL and encryption.
void add_placement(call& c, const dialect& speech, const config::upload_attributes& attributes);

/// A header, unless its value is empty.
void add_unless_empty(call& c, std::string name, const std::string& value);

/// Whether it is no file but stands for a directory, as some programs and stores that strip the
/// slash have it: empty, of a media type that says so.
bool marks_directory(const object_head& head);

/// What an object's metadata tell of when its content was changed, in decimal seconds of UTC, as
/// rclone, s3fs and ossfs have it.
inline constexpr const char* time_of_change_name = "mtime";
std::optional<timestamp> time_of_change(const object_head& head, const dialect& speech);
std::string time_of_change_header(const dialect& speech);

/// Whether one of object_head::kept tells of the content: it is wrong once that changes.
bool tells_of_content(const http::header& kept, const dialect& speech);

/// The hash that is known of the object without its content. Nothing if none is, for certain.
std::optional<std::string> known_hash(const object_head& head, hash_algorithm algorithm);

/// Of an archived object. Its class alone does not tell whether it has been restored.
archive_state archive_state_of(const std::vector<http::header>& headers, const dialect& speech);

stored stored_from(const answer& a, const dialect& speech);

/// Of answers whose ETag is in their text: a copy's, or a whole upload's.
result<stored> stored_in_text(const answer& a, const dialect& speech);

/// errc::unavailable if the answer does not say how long the object is.
result<object_head> head_from(const answer& a, const dialect& speech);

/// "bytes 0-8/10": where it begins and ends, and the whole object's size.
struct content_range {
    std::uint64_t first = 0;
    std::uint64_t end = 0; // 9
    std::uint64_t size = 0;
};
std::optional<content_range> content_range_of(const answer& a);

} // namespace objftpd::storage::rest
