#pragma once

#include "storage/property.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>
#include <string>
#include <vector>

/// What adapter::property_of and what follows it mean for a bucket.
namespace objftpd::storage::rest {

awaitable<result<std::vector<named_value>>> property_of(std::shared_ptr<const bucket_access> bucket,
                                                        std::string key, property which);

awaitable<result<>> set_property(std::shared_ptr<const bucket_access> bucket, std::string key,
                                 property which, std::vector<named_value> to);

awaitable<result<archive_state>> restore(std::shared_ptr<const bucket_access> bucket,
                                         std::string key, unsigned days);

awaitable<result<std::vector<upload_in_parts>>>
uploads_in_parts(std::shared_ptr<const bucket_access> bucket, std::string key, std::size_t most,
                 std::stop_token stop);

} // namespace objftpd::storage::rest
