#include "config/upload_attributes.hpp"

namespace objftpd::config {
namespace {

template <class Text>
void replace(Text& target, const Text& by) {
    if (!by.empty())
        target = by;
}

} // namespace

bool upload_attributes::empty() const {
    return content_type.empty() && content_types.empty() && storage_class.empty() && acl.empty() &&
           encryption.empty() && encryption_key.empty() && tags.empty() && metadata.empty();
}

upload_attributes merged(upload_attributes store, const upload_attributes& mount) {
    if (!mount.encryption.empty()) // another method has another key
        store.encryption_key.clear();
    replace(store.content_type, mount.content_type);
    replace(store.content_types, mount.content_types);
    replace(store.storage_class, mount.storage_class);
    replace(store.acl, mount.acl);
    replace(store.encryption, mount.encryption);
    replace(store.encryption_key, mount.encryption_key);
    replace(store.tags, mount.tags);
    replace(store.metadata, mount.metadata);
    return store;
}

} // namespace objftpd::config
