#pragma once

#include "tests/oss_server/errors.hpp"
#include "tests/oss_server/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

/// From the request line and the headers to what they are about. Nothing here trusts anything.
namespace objftpd::oss_server {

/// A request's head as it came. Names of headers in lower case; those given twice stand here
/// twice.
struct raw_head {
    std::string method;
    std::string target;
    std::vector<http::header> headers;
};

/// Finds bucket, key and parameters, decoded. Key and bucket are not looked at any further.
outcome<http::request> parse_head(const raw_head& head, const server_settings& settings);

/// Whether OSS can hold such a key.
outcome<> check_key(const std::string& key, const limits& most);

/// 3 to 63 of a-z, 0-9 and '-', which is not at an end.
bool is_bucket_name(std::string_view name);

/// The parameter's value, decoded and empty where it has none; null if it is not there.
const std::string* find_parameter(const http::request& r, std::string_view name);

} // namespace objftpd::oss_server
