#pragma once

#include "storage/credentials/source.hpp"

#include "config/worker_pool.hpp"

#include <string>

namespace objftpd::storage::credentials {

/// Reads the token that stands in a file, without white space at its ends, on `pool`. Such files
/// are mounted by Kubernetes, which leaves them readable by others. At most 64 KiB.
awaitable<result<std::string>> read_token(worker_pool& pool, std::string path);

/// Why read_token failed.
failure no_token(const std::string& path, const error_code& why);

} // namespace objftpd::storage::credentials
