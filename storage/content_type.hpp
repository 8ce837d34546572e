#pragma once

#include <string>
#include <string_view>

namespace objftpd::storage {

/// The media type that a key's extension stands for: what the system's table says
/// (/etc/mime.types), else a built-in one of common types; "application/octet-stream" for others.
/// The table is read at the first call. Thread-safe.
std::string content_type_of(std::string_view key);

} // namespace objftpd::storage
