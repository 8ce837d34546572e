#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>

/// Renames that the store does by itself, as one step with no copies: OSS, in buckets with
/// hierarchical namespace (bucket_settings::native_rename). What is moved stays the same version.
/// Parent directories are made where the request wants them; a lost answer is settled by what
/// stands under both names.
namespace objftpd::storage::rest {

/// errc::already_exists if anything stands under the new name, whatever the request allows. The
/// caller has the turns on both names.
awaitable<result<>> rename_natively(std::shared_ptr<const bucket_access> bucket,
                                    rename_request request);

/// REQUIRES: both names end in '/'. Uploads into it that are under way end below its old name.
awaitable<result<>> rename_directory_natively(std::shared_ptr<const bucket_access> bucket,
                                              rename_request request);

} // namespace objftpd::storage::rest
