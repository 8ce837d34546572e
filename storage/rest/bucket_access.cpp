#include "storage/rest/bucket_access.hpp"

#include "storage/content_type.hpp"

#include <algorithm>

namespace objftpd::storage::rest {

bucket_access::bucket_access(bucket_client c, bucket_settings s, std::shared_ptr<memory_budget> m)
    : client(std::move(c)), settings(std::move(s)), memory(std::move(m)) {
    settings.largest_part = std::min<std::uint64_t>(settings.largest_part, memory->size());
}

object_attributes bucket_access::attributes_of(const std::string& key) const {
    object_attributes all(settings.attributes);
    if (!all.content_type.empty())
        return all;
    const auto extension = extension_of(key);
    const auto own = std::ranges::find(all.content_types, extension,
                                       &config::upload_attributes::pairs::value_type::first);
    all.content_type = own != all.content_types.end() ? own->second : content_type_of(extension);
    return all;
}

std::uint64_t bucket_access::usual_part() const {
    const auto& bounds = client.speech().bounds();
    const auto largest =
        std::clamp<std::uint64_t>(settings.largest_part, bounds.smallest_part, bounds.largest_part);
    return std::clamp<std::uint64_t>(settings.part_size, bounds.smallest_part, largest);
}

std::uint64_t bucket_access::largest_copy() const {
    const auto most = client.speech().bounds().largest_copy;
    return settings.largest_copy == 0 ? most : std::min(most, settings.largest_copy);
}

bool bucket_access::hides(const std::string& key) const {
    const auto begins_key = [&](const std::string& prefix) { return key.starts_with(prefix); };
    return std::ranges::any_of(settings.hidden_prefixes, begins_key);
}

} // namespace objftpd::storage::rest
