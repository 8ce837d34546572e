#pragma once

#include "config/result.hpp"
#include "storage/property.hpp"

#include <string>
#include <string_view>
#include <vector>

/// The XML that stores answer with when they are asked for an object's properties; broken answers
/// are errors, as in answers.hpp.
namespace objftpd::storage::rest {

/// OSS tells one of its canned ACLs; of S3 each grant becomes "READ to AllUsers".
result<std::string> parse_acl(std::string_view xml);

result<std::vector<named_value>> parse_tags(std::string_view xml);

/// Versions and deletion markers of one object, the latest first.
struct versions_answer {
    struct version {
        std::string key;
        std::string id;
        std::string text; // "latest, 2026-11-22T01:02:03.000Z, 12 bytes" or "deleted, ..."
    };
    std::vector<version> versions;
    bool truncated = false;
};
result<versions_answer> parse_versions(std::string_view xml);

} // namespace objftpd::storage::rest
