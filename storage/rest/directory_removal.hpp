#pragma once

#include "storage/adapter.hpp"
#include "storage/directory_journal.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>

namespace objftpd::storage::rest {

/// Removes a directory with all that a listing tells to be in it, if its objects are not more than
/// a rename may move: errc::too_many before anything is gone. Uploads to the names wait meanwhile.
/// What a crash cuts off is finished by recover_removal.
awaitable<result<>> remove_directory_tree(std::shared_ptr<const bucket_access> bucket,
                                          remove_tree_request request);

/// Finishes a removal that was cut off: what has been stored since under the same names stays.
awaitable<result<>> recover_removal(std::shared_ptr<const bucket_access> bucket,
                                    directory_journal::record left);

} // namespace objftpd::storage::rest
