#pragma once

#include "storage/rest/http_transport.hpp"

/// What the files of http_transport share.
namespace objftpd::storage::rest {

/// A call under way.
struct http_transport::sending {
    std::shared_ptr<const http::credentials> who;
    way taken;
    config::endpoint where; // on that way, or inside the vendor's network
    http::request request;
    error_code broken; // why no answer came, or not all of one
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

/// S3 has no words for what a HEAD did wrong.
bool is_wordless_refusal(const call& c, const answer& a);

} // namespace objftpd::storage::rest
