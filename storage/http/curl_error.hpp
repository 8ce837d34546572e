#pragma once

#include "config/result.hpp"

#include <curl/curl.h>

#include <string_view>

namespace objftpd::storage::http {

/// CURLcode as an error: what went wrong on the way to a store or back. Equals
/// storage::condition::temporary where is_temporary() says so.
const boost::system::error_category& curl_category();

/// Whether it may pass by itself: the way to a store fails now and then. What we ask for wrongly,
/// certificates that do not hold and what libcurl cannot do stay as they are.
bool is_temporary(CURLcode code);

/// What an operator may look after where such an error comes again; empty where nothing helps, and
/// for errors that are not libcurl's.
std::string_view advice_for(const error_code& e);

inline error_code curl_error(CURLcode code) {
    return {static_cast<int>(code), curl_category()};
}

} // namespace objftpd::storage::http
