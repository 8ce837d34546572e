#pragma once

#include "tests/oss_server/records.hpp"
#include "tests/oss_server/service.hpp"

#include <string>

namespace objftpd::oss_server {

enum class condition_result { holds, not_modified, failed };

/// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110,
/// 13.2.2. `prefix` is "" for the request's own, "x-oss-copy-source-" for a copy's source.
condition_result check_conditions(const http::request& r, const std::string& prefix,
                                  const std::string& etag, std::chrono::sys_seconds modified);

/// What a GET of a part answers.
struct range_result {
    unsigned status = 200; // or 206, 416
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

enum class range_behavior { ignore_invalid, standard };

/// Applies a Range header to an object. OSS by default answers a range that does not lie in the
/// object with all of it; standard is RFC 9110. What is no single range of bytes is ignored.
range_result apply_range(const std::string& range, std::uint64_t size, range_behavior behavior);

} // namespace objftpd::oss_server
