#include "storage/rest/bucket_access.hpp"

#include "storage/content_type.hpp"

namespace objftpd::storage::rest {

object_attributes bucket_access::attributes_of(const std::string& key) const {
    auto attributes = settings.attributes;
    if (attributes.content_type.empty())
        attributes.content_type = content_type_of(key);
    return attributes;
}

} // namespace objftpd::storage::rest
