#pragma once

#include "config/result.hpp"

#include <curl/curl.h>

namespace objftpd::storage::http {

/// CURLcode as an error: what went wrong on the way to a store or back.
const boost::system::error_category& curl_category();

inline error_code curl_error(CURLcode code) {
    return {static_cast<int>(code), curl_category()};
}

} // namespace objftpd::storage::http
