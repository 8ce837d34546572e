#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace objftpd::storage {

/// A key's extension in lower case, without its dot; empty if it has none.
std::string extension_of(std::string_view key);

/// What extensions stand for: a built-in table of common ones, and what a file in the form of
/// /etc/mime.types says, which goes before it. Without that file the former alone. Immutable.
class content_types {
public:
    explicit content_types(const std::string& file);

    /// "application/octet-stream" for what nobody knows.
    const std::string& of(const std::string& extension) const;

private:
    std::unordered_map<std::string, std::string> types_;
};

/// Reads the system's table (/etc/mime.types), once. Blocks; thread-safe.
void load_content_types();

/// The media type that an extension stands for by the system's table. Thread-safe, and does not
/// block after load_content_types().
const std::string& content_type_of(const std::string& extension);

} // namespace objftpd::storage
