#pragma once

#include "config/result.hpp"
#include "storage/http/request.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace objftpd::oss_server {

namespace http = storage::http;

/// A request that failed, as OSS tells of it: the status and an Error document.
class oss_error {
public:
    /// REQUIRES: `code` is one of the table in errors.cpp, which knows its status. Without a
    /// message it is OSS's usual one.
    explicit oss_error(const char* code, std::string message = {});

    /// InternalError. `result` wants it where there is no error.
    oss_error() : oss_error("InternalError") {}

    /// Adds an element to the document: <Key>, <BucketName>, <ServerTime>...
    oss_error with(std::string name, std::string value) const;

    /// Adds a header to the answer.
    oss_error with_header(std::string name, std::string value) const;

    unsigned status() const { return status_; }
    const std::string& code() const { return code_; }
    const std::vector<http::header>& headers() const { return headers_; }

    /// The document. `host` is the Host of the request.
    std::string xml(const std::string& request_id, const std::string& host) const;

    /// The detail code, "0026-00000001".
    const std::string& detail() const { return detail_; }

private:
    unsigned status_;
    std::string code_;
    std::string message_;
    std::string detail_;
    std::vector<std::pair<std::string, std::string>> elements_;
    std::vector<http::header> headers_;
};

/// A value, or what OSS answers instead.
template <class T = void>
using outcome = boost::system::result<T, oss_error>;

/// The embedded store failed.
oss_error store_failure(error_code failed);

/// InvalidArgument about a header or a parameter.
oss_error invalid_argument(std::string message, std::string name, std::string value);

} // namespace objftpd::oss_server
