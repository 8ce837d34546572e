#pragma once

#include "storage/http/request.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// What the signatures of all stores are made of.
namespace objftpd::storage::http {

/// HMAC with SHA-256 or SHA-1; the key and the result are bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string hmac_sha1(std::string_view key, std::string_view text);

/// Lower-case hex.
std::string sha256_hex(std::string_view text);

std::string base64(std::string_view bytes);

/// "20261121T010203Z", UTC.
std::string iso_time(std::chrono::sys_seconds t);

/// "Sat, 21 Nov 2026 01:02:03 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::chrono::sys_seconds t);

/// What tells one vendor's signatures of version 4 from another's.
struct v4_dialect {
    std::string_view algorithm;  // "AWS4-HMAC-SHA256"
    std::string_view key_prefix; // "AWS4"
    std::string_view terminator; // "aws4_request"
};

/// "20261121/us-east-1/s3/aws4_request"; `time` as iso_time has it.
std::string v4_scope(const v4_dialect& dialect, const std::string& time, const std::string& region,
                     const std::string& service);

/// The key that signs all of a day's requests, as bytes; `time` as iso_time has it.
std::string v4_signing_key(const v4_dialect& dialect, const std::string& secret,
                           const std::string& time, const std::string& region,
                           const std::string& service);

/// What is signed of a canonical request; `time` as iso_time has it.
std::string v4_string_to_sign(const v4_dialect& dialect, const std::string& time,
                              const std::string& region, const std::string& service,
                              const std::string& canonical);

/// The signature of a canonical request, lower-case hex.
std::string v4_signature(const v4_dialect& dialect, const std::string& secret,
                         const std::string& time, const std::string& region,
                         const std::string& service, const std::string& canonical);

/// Parameters sorted by their encoded names and values, as signatures of version 4 want them.
/// `empty` says whether a parameter without a value still has its '='.
enum class empty_value { name_alone, with_equals };
std::string sorted_query(const request& r, empty_value empty);

/// A value as it is signed: without spaces at its ends, inner runs of spaces one if wanted.
enum class inner_spaces { kept, collapsed };
std::string trimmed(std::string_view value, inner_spaces inner);

} // namespace objftpd::storage::http
