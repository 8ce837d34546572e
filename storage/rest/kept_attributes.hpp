#pragma once

#include "storage/property.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>
#include <string>
#include <vector>

/// What an object has of its own, to be said anew of its copy, or of what takes its place and goes
/// on with it. What it has not, such as encryption, is the mount's.
namespace objftpd::storage::rest {

/// Whether the store is asked for the object's ACL, by one request more; else it is the mount's.
enum class acl_of { mount, object };

/// What bucket_settings::keep_acls says of renames, copies and appends.
acl_of acl_of_copies(const bucket_access& bucket);

/// All but tags, which most copies take along by themselves.
awaitable<result<object_attributes>> attributes_of(std::shared_ptr<const bucket_access> bucket,
                                                   std::string key, object_head head, acl_of acl);

/// Asks the store, if the head tells that there are some.
awaitable<result<std::vector<named_value>>> tags_of(std::shared_ptr<const bucket_access> bucket,
                                                    std::string key, object_head head);

/// "a=1&b=2", encoded: object_attributes::tags.
std::string as_header(const std::vector<named_value>& tags);

/// Sets them where the object has none: Ceph forgets those that are said when it makes an object in
/// parts, or anew of itself.
awaitable<result<>> keep_tags(std::shared_ptr<const bucket_access> bucket, std::string key,
                              std::vector<named_value> tags);

} // namespace objftpd::storage::rest
