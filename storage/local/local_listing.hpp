#pragma once

#include "storage/adapter.hpp"

namespace objftpd::storage::local {

/// One page of a bucket's listing, in the directory's own order. The token is the place in the
/// directory (and, recursively, in each directory on the way), so a page needs no state from
/// the one before and no directory is ever read as a whole. Blocks on the disk.
result<list_page> list_directory(int bucket, const list_request& request);

} // namespace objftpd::storage::local
