#pragma once

#include <dirent.h>

#include <memory>

namespace objftpd::storage::local {

/// Closes what opendir() and its like gave.
struct close_directory {
    void operator()(DIR* d) const { ::closedir(d); }
};

/// What readdir() reads; closed with its descriptor.
using directory_stream = std::unique_ptr<DIR, close_directory>;

} // namespace objftpd::storage::local
