#pragma once

#include "config/result.hpp"
#include "storage/adapter.hpp"
#include "storage/rest/checksums.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The XML that OSS and S3 answer with; both use the same elements. Namespaces and unknown
/// elements are ignored, missing ones are empty. What is no such document, is cut short, or is an
/// Error where success was expected, is an error: a broken answer is never taken for an empty one.
namespace objftpd::storage::rest {

/// An Error document; also what a 200 may carry instead of its result.
struct vendor_error {
    std::string code; // "NoSuchKey"
    std::string message;
    std::string request_id;
    std::string detail; // OSS's EC
    std::string region; // S3: where the bucket is
    std::string endpoint;
    std::string server_time; // of RequestTimeTooSkewed
};

/// Nothing if the text is not an Error document. Also of STS, which wraps it up.
std::optional<vendor_error> parse_error(std::string_view xml);

enum class list_version { v1, v2 };

/// One page of a listing, version 1 or 2. It has to say whether it is the last one, and an empty
/// one whose it is.
struct list_answer {
    struct object {
        std::string key;
        std::uint64_t size = 0;
        timestamp modified{}; // whole seconds
        std::string etag;     // without quotes
        std::string storage_class;
        std::string type; // OSS: "Normal", "Symlink"...
    };
    std::vector<object> objects;
    std::vector<std::string> prefixes;
    bool truncated = false;
    std::string next;                        // continuation token or marker; empty: none
    list_version version = list_version::v2; // that the store answered with
};

/// `asked` is what the store was asked in: some know only version 1 and answer with that.
result<list_answer> parse_list(std::string_view xml, list_version asked);

/// InitiateMultipartUpload.
result<std::string> parse_upload_id(std::string_view xml);

/// CompleteMultipartUpload, CopyObject and UploadPartCopy.
struct stored_answer {
    std::string etag; // without quotes; empty where the store tells none (Ceph, of uploads)
    std::vector<http::header> checksums; // under the names that headers have for them
};
result<stored_answer> parse_stored(std::string_view xml);

/// A part of an upload that has not ended, as the store has it.
struct part_info {
    unsigned number = 0;
    std::uint64_t size = 0;
    std::string etag;
    crc_sums crcs;
    timestamp modified{};
};

/// ListParts: one page of them, in the order of their numbers.
struct parts_answer {
    std::vector<part_info> parts;
    std::string next; // part number marker; empty: the last page
    upload_checksum checksum;
};
result<parts_answer> parse_parts(std::string_view xml);

/// An upload in parts that has not ended. One key may have several.
struct upload_info {
    std::string key;
    std::string upload_id;
    timestamp initiated{};
};

/// ListMultipartUploads: one page of them. The next one begins behind both markers together.
struct uploads_answer {
    std::vector<upload_info> uploads;
    bool truncated = false;
    std::string next_key;
    std::string next_upload_id;
};
result<uploads_answer> parse_uploads(std::string_view xml);

/// The keys that a batch deletion could not delete, with why.
struct delete_failure {
    std::string key;
    std::string code;
    std::string message;
};
result<std::vector<delete_failure>> parse_delete(std::string_view xml);

/// AssumeRole and AssumeRoleWithWebIdentity of STS. Nothing if the text is no such answer.
struct assumed_role {
    std::string key_id;
    std::string secret;
    std::string session_token;
    std::string expiration; // "2026-11-21T07:02:03Z"
};
std::optional<assumed_role> parse_assumed_role(std::string_view xml);

/// "2012-02-24T08:43:07.123Z"; the epoch if it is no such time.
timestamp parse_time(std::string_view text);

/// "Fri, 24 Feb 2012 08:43:07 GMT", of headers; the epoch if it is no such time.
timestamp parse_http_time(std::string_view text);

/// Without the quotes around it, if there are.
std::string unquoted(std::string_view etag);

} // namespace objftpd::storage::rest
