#pragma once

#include "tests/oss_server/service.hpp"

namespace objftpd::oss_server {

/// What x-oss-copy-source names, as it was then.
struct copy_source {
    std::string bucket;
    object_ptr object;
};

/// Finds it, and checks x-oss-copy-source-if-... with it.
outcome<copy_source> find_copy_source(const service& s, const call& c);

/// CopyObjectResult and CopyPartResult.
answer copy_answer(const char* root, const std::string& etag, std::chrono::sys_seconds modified);

} // namespace objftpd::oss_server
