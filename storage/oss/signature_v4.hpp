#pragma once

#include "storage/http/credentials.hpp"
#include "storage/http/request.hpp"

#include <chrono>
#include <string>
#include <vector>

/// OSS's own signature, version 4 (OSS4-HMAC-SHA256). It always covers bucket and key, even where
/// the host name holds the bucket.
namespace objftpd::storage::oss {

struct signing_scope {
    std::string region;          // "cn-hangzhou"
    std::string product = "oss"; // "oss-cloudbox"
};

/// Adds what a signed request needs, and Authorization. `additional` names headers to be signed
/// besides content-type, content-md5 and x-oss-*, which always are. Anonymous credentials leave
/// the request as it is.
void sign_v4(http::request& r, const http::credentials& who, const signing_scope& scope,
             std::chrono::sys_seconds now, const std::vector<std::string>& additional = {});

/// The URL of a request that anybody may send within `lifetime` (1 s to 7 d) of `now`.
std::string presign_v4(http::request r, const http::credentials& who, const signing_scope& scope,
                       std::chrono::sys_seconds now, std::chrono::seconds lifetime,
                       const std::vector<std::string>& additional = {});

/// The canonical request: what a server compares with.
std::string canonical_request(const http::request& r, const std::vector<std::string>& additional);

/// What is signed of a request that sign_v4() has signed.
std::string string_to_sign_v4(const http::request& r, const signing_scope& scope,
                              const std::vector<std::string>& additional = {});

} // namespace objftpd::storage::oss
