#pragma once

#include <string>
#include <string_view>

namespace objftpd::storage {

/// A key's extension in lower case, without its dot; empty if it has none.
std::string extension_of(std::string_view key);

/// The media type that an extension stands for: what the system's table says (/etc/mime.types),
/// else a built-in one of common types; "application/octet-stream" for others. The table is read at
/// the first call. Thread-safe.
std::string content_type_of(const std::string& extension);

} // namespace objftpd::storage
