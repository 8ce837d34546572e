#pragma once

#include "storage/path.hpp"
#include "tests/support/results.hpp"

#include <string>

namespace objftpd::tests {

/// Of an absolute FTP path.
inline storage::virtual_path path(const std::string& absolute) {
    return value_of(storage::virtual_path::resolve(storage::virtual_path(), absolute));
}

} // namespace objftpd::tests
