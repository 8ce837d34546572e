#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>

namespace objftpd::storage::rest {

/// Moves all that lies below one prefix to another, which must be free: everything is copied inside
/// the store, the copies are compared with what was listed, and only then the originals are
/// deleted. What fails before that is undone, and nothing has moved; of originals that somebody
/// else changes meanwhile, the new version stays where it is. errc::too_many before anything is
/// copied if there are more objects or bytes than bucket_settings allow. Both keys end in '/'.
awaitable<result<>> rename_directory(std::shared_ptr<const bucket_access> bucket,
                                     rename_request request);

/// Goes on with what a crash has left half done: where all was copied the originals are deleted,
/// else the copies are. Nothing is deleted that has changed since, or that is not there twice.
awaitable<result<>> recover_rename(std::shared_ptr<const bucket_access> bucket,
                                   directory_journal::record left);

} // namespace objftpd::storage::rest
