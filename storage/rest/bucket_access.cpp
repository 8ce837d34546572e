#include "storage/rest/bucket_access.hpp"

#include "storage/content_type.hpp"

#include <algorithm>

namespace objftpd::storage::rest {

object_attributes bucket_access::attributes_of(const std::string& key) const {
    auto attributes = settings.attributes;
    if (!attributes.content_type.empty())
        return attributes;
    const auto extension = extension_of(key);
    const auto own = std::ranges::find(settings.content_types, extension,
                                       &config::upload_attributes::pairs::value_type::first);
    attributes.content_type =
        own != settings.content_types.end() ? own->second : content_type_of(extension);
    return attributes;
}

} // namespace objftpd::storage::rest
