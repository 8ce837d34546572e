#pragma once

#include "storage/http/credentials.hpp"
#include "storage/http/request.hpp"

#include <chrono>
#include <string>

/// S3's Signature Version 4 (AWS4-HMAC-SHA256).
namespace objftpd::storage::s3 {

/// x-amz-content-sha256 of a body that is not hashed.
inline constexpr const char* unsigned_payload = "UNSIGNED-PAYLOAD";

struct signing_scope {
    std::string region;         // "us-east-1"
    std::string service = "s3"; // "sts" for AssumeRole
};

/// Adds what a signed request needs, and Authorization. `payload` is the SHA-256 of the body in
/// lower-case hex, or unsigned_payload. All headers that are set before are signed. Anonymous
/// credentials leave the request as it is. The error text of a refusal never holds the secret.
void sign(http::request& r, const http::credentials& who, const signing_scope& scope,
          std::chrono::sys_seconds now, const std::string& payload);

/// The URL of a request that anybody may send within `lifetime` (1 s to 7 d) of `now`.
std::string presign(http::request r, const http::credentials& who, const signing_scope& scope,
                    std::chrono::sys_seconds now, std::chrono::seconds lifetime);

/// The canonical request, as in the vendor's documentation: what a server compares with.
std::string canonical_request(const http::request& r, const std::string& payload);

/// What is signed of a request that sign() has signed.
std::string string_to_sign(const http::request& r, const signing_scope& scope);

} // namespace objftpd::storage::s3
