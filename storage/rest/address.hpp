#pragma once

#include "config/endpoint.hpp"
#include "storage/http/request.hpp"

#include <string>

namespace objftpd::storage::rest {

/// Sets scheme, host and path of a request for `key` in `bucket`; an empty key means the bucket.
void address(http::request& r, const config::endpoint& where, const std::string& bucket,
             const std::string& key);

} // namespace objftpd::storage::rest
