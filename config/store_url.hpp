#pragma once

#include <string>
#include <string_view>

namespace objftpd::config {

/// What --store says, as the text of the sections that a file would hold.
struct store_text {
    std::string store;   // the lines of [[store]] but for its name
    std::string bucket;  // of the mount
    std::string prefix;  // of the mount
    std::string problem; // not empty: what is wrong; it repeats nothing that may be a secret
};

/// "local:./data", "s3://bucket/prefix?endpoint=http://127.0.0.1:7480&style=path" or
/// "oss://bucket/prefix?endpoint=oss-cn-hangzhou.aliyuncs.com". What stands behind '?' are options
/// of a [[store]] but for secrets, which come from the environment.
store_text parse_store(std::string_view text);

} // namespace objftpd::config
