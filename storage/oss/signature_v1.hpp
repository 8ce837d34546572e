#pragma once

#include "storage/http/credentials.hpp"
#include "storage/http/request.hpp"

#include <chrono>
#include <string>

/// OSS's first signature (HMAC-SHA1), for old accounts and private clouds.
namespace objftpd::storage::oss {

/// Adds Date, the token of temporary credentials, and Authorization. Anonymous credentials leave
/// the request as it is.
void sign_v1(http::request& r, const http::credentials& who, std::chrono::sys_seconds now);

/// The URL of a request that anybody may send until `expires`.
std::string presign_v1(http::request r, const http::credentials& who,
                       std::chrono::sys_seconds expires);

/// What is signed; `date` is the header Date, or the expiry of a presigned URL.
std::string string_to_sign_v1(const http::request& r, const std::string& date);

} // namespace objftpd::storage::oss
