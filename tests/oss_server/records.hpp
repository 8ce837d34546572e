#pragma once

#include "tests/oss_server/blobs.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the server knows of buckets, objects and unfinished uploads. The embedded store keeps
/// none of it, so each record is a small JSON file in a bucket beside the blobs.
namespace objftpd::oss_server {

struct bucket_record {
    std::string name;
    std::chrono::sys_seconds created;
    std::string acl = "private";
    std::string storage_class = "Standard";
    bool hierarchical = false; // directories are there by themselves, as objects "a/"
};

/// What a client gives an object besides its bytes.
struct properties {
    std::map<std::string, std::string> content; // content-type, cache-control..., in lower case
    std::map<std::string, std::string> user;    // without x-oss-meta-
    std::string acl = "default";
    std::string storage_class = "Standard";
    std::string encryption; // empty: none
    std::string encryption_key;
    std::vector<std::pair<std::string, std::string>> tags;
};

enum class object_type { normal, multipart, appendable, symlink };

/// "Normal"...
const char* name_of(object_type type);

/// RestoreObject was called: the object can be read from `ready` to `expires`.
struct restoration {
    std::chrono::sys_seconds ready;
    std::chrono::sys_seconds expires;
};

struct object_record {
    std::string key;
    object_type type = object_type::normal;
    std::uint64_t size = 0;
    std::chrono::sys_seconds modified;
    std::string etag; // without quotes
    std::optional<std::uint64_t> crc64;
    std::string md5; // of the content, base64; empty: not known
    std::vector<piece> pieces;
    properties given;
    std::string target; // of a symbolic link
    std::optional<restoration> restored;
};

/// Immutable: a change makes a new one. Who holds one can read the object as it was.
using object_ptr = std::shared_ptr<const object_record>;

/// The directory "a/b/" of a bucket with hierarchical namespace.
object_ptr make_directory(std::string key, std::chrono::sys_seconds modified);

struct part_record {
    unsigned number = 0;
    std::uint64_t size = 0;
    std::chrono::sys_seconds modified;
    std::string etag;
    std::uint64_t crc64 = 0;
    std::vector<piece> pieces;
};

struct upload_record {
    std::string id;
    std::string key;
    std::chrono::sys_seconds initiated;
    properties given;
    bool forbid_overwrite = false;
};

/// An upload with its parts by number.
struct upload_state {
    upload_record about;
    std::map<unsigned, part_record> parts;
};

/// As text, for their files.
std::string to_json(const bucket_record& r);
std::string to_json(const object_record& r);
std::string to_json(const upload_record& r);
std::string to_json(const part_record& r);

/// Back. They throw std::exception when the text is damaged: start-up only.
bucket_record parse_bucket(const std::string& json);
object_record parse_object(const std::string& json, blob_store& blobs);
upload_record parse_upload(const std::string& json);
part_record parse_part(const std::string& json, blob_store& blobs);

} // namespace objftpd::oss_server
