#pragma once

#include "tests/oss_server/errors.hpp"
#include "tests/oss_server/settings.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace objftpd::oss_server {

/// Who sent a request.
struct identity {
    std::string key_id; // empty: nobody has signed it

    bool is_anonymous() const { return key_id.empty(); }
};

/// Checks a request's signature, of version 1 or 4, in its header or in its URL, with the time
/// it was made for and its security token. A request without any is anonymous, which is no error
/// here.
outcome<identity> authorize(const http::request& r, const std::vector<account>& accounts,
                            const std::string& region, std::chrono::sys_seconds now);

} // namespace objftpd::oss_server
