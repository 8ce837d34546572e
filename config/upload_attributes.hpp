#pragma once

#include <string>
#include <utility>
#include <vector>

namespace objftpd::config {

/// What objects are stored with. Empty: as the store decides.
struct upload_attributes {
    using pairs = std::vector<std::pair<std::string, std::string>>;

    std::string content_type; // of all; empty: by extension
    pairs content_types;      // extension in lower case without its dot, media type
    std::string storage_class;
    std::string acl;
    std::string encryption; // "AES256", "aws:kms", "KMS"
    std::string encryption_key;
    std::string tags; // "a=1&b=2"
    pairs metadata;   // name in lower case, value

    bool empty() const;
};

/// What a mount's uploads are stored with: what it sets itself goes before the store's.
upload_attributes merged(upload_attributes store, const upload_attributes& mount);

} // namespace objftpd::config
