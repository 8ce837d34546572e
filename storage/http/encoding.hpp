#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// How bytes become text in URLs, headers and signatures.
namespace objftpd::storage::http {

/// Every byte but A-Z a-z 0-9 - . _ ~ as %XX in upper case (RFC 3986, 2.3).
std::string percent_encode(std::string_view text);

/// The same, but '/' stays: for paths. Nothing is normalised: "a//b/../c" is a key like others.
std::string percent_encode_path(std::string_view path);

/// The inverse, with '+' for a space as in encoding-type=url answers. Nothing for "%" without two
/// hex digits behind it.
std::optional<std::string> percent_decode(std::string_view text);

/// Lower-case hex.
std::string to_hex(std::span<const unsigned char> bytes);

std::string to_base64(std::span<const unsigned char> bytes);

/// Nothing if the text is not base64 with its padding.
std::optional<std::string> from_base64(std::string_view text);

} // namespace objftpd::storage::http
