#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Bytes that stand as hex digits in URLs and checksums.
namespace objftpd::config {

/// "%2F" and the like are decoded, all else is kept; in forms and listings '+' stands for a space.
/// Nothing for "%" without two hex digits behind it.
enum class plus_sign { kept, means_space };
std::optional<std::string> percent_decode(std::string_view text, plus_sign plus);

/// Nothing if there is anything but pairs of hex digits.
std::optional<std::string> bytes_of_hex(std::string_view hex);

} // namespace objftpd::config
