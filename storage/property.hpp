#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

/// What object stores know of objects and FTP has no words for.
namespace objftpd::storage {

/// Something that an object has beside its content.
enum class property {
    headers,       ///< all that the store tells of it; only to be read
    acl,           ///< one value: "private"; of S3 a list of grants is read
    storage_class, ///< one value; only to be set
    metadata,      ///< names and values of the user's own
    tags,
    link,     ///< one value: the key that a symbolic link (OSS) leads to
    versions, ///< of a bucket that keeps them: IDs and what they are; only to be read
};

struct named_value {
    named_value(std::string n, std::string v) : name(std::move(n)), value(std::move(v)) {}

    std::string name; // empty where there is but one value
    std::string value;

    friend bool operator==(const named_value&, const named_value&) = default;
};

/// Whether an archived object can be read.
enum class archive_state {
    readable,  ///< it never was, or is restored
    archived,  ///< and nobody has asked for it
    begun,     ///< its restore has just been asked for
    under_way, ///< its restore takes its time
};

struct signed_url {
    std::string url;
    bool may_end_sooner = false; // with the temporary credentials that it is signed by
};

/// An upload in parts that has not been completed, whoever began it.
struct upload_in_parts {
    std::string key;
    std::string id;
    std::chrono::sys_seconds initiated{};
    std::size_t parts = 0;
    std::uint64_t bytes = 0; // of the parts
};

} // namespace objftpd::storage
