#pragma once

#include <string>

namespace objftpd::storage::http {

/// Who signs a request. Without a key id requests are anonymous.
struct credentials {
    std::string key_id;
    std::string secret;
    std::string session_token; // of temporary credentials; empty: none

    bool is_anonymous() const { return key_id.empty(); }
};

} // namespace objftpd::storage::http
