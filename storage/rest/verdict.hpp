#pragma once

#include "storage/error.hpp"
#include "storage/rest/call.hpp"

#include <string_view>

namespace objftpd::storage::rest {

/// What a store's refusal means for us.
struct verdict {
    errc kind = errc::unavailable;
    bool may_retry = false;
    std::string_view advice;  // for the operator; empty: nothing is wrong with the set-up
    bool blames_keys = false; // those of another moment may do
};

/// What OSS and S3 mean by an HTTP status and the code of their error document, which is empty
/// where there was none (HEAD).
verdict judge(int status, std::string_view code);

} // namespace objftpd::storage::rest
