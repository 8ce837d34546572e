#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"

#include <memory>

namespace objftpd::storage::rest {

/// Moves all that lies below one prefix to another, which must be free: everything is copied inside
/// the store, the copies are compared with what was listed, and only then the originals are
/// deleted. What fails before that is undone, and nothing has moved; what others have stored at the
/// new name stays there. Of originals that somebody else changes meanwhile, the new version stays
/// where it is. errc::too_many before anything is copied if there are more objects or bytes than
/// bucket_settings allow; errc::to_be_finished if all is copied and the store fails to delete the
/// originals, which the journal's finisher does later. Both keys end in '/'.
awaitable<result<>> rename_directory(std::shared_ptr<const bucket_access> bucket,
                                     rename_request request);

/// Finishes what a crash has left half done: copies what has no copy yet, then deletes the
/// originals. What has changed since stays where it is, in both places if need be, and is logged by
/// its name. After an error it may be called again with the same, which tells how far it has come.
awaitable<result<>> recover_rename(std::shared_ptr<const bucket_access> bucket,
                                   directory_journal::unfinished& left);

} // namespace objftpd::storage::rest
