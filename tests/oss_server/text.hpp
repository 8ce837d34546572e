#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Small ground work with text that headers, parameters and records share.
namespace objftpd::oss_server {

/// Digits only, no sign, no space.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Lower-case ASCII.
std::string lower_case(std::string_view text);

/// What stands for a "%XX" escape is decoded, all else kept: unlike in a form '+' is itself.
/// Nothing for "%" without two hex digits behind it.
std::optional<std::string> decode_path(std::string_view text);

/// "2012-02-24T08:43:07.000Z", of XML.
std::string xml_time(std::chrono::sys_seconds t);

/// "20261121T010203Z"; nothing if it is no such time.
std::optional<std::chrono::sys_seconds> parse_iso_time(std::string_view text);

/// "Sat, 21 Nov 2026 01:02:03 GMT"; nothing if it is no such time.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

/// Without white space at its ends.
std::string_view trim(std::string_view text);

/// Without the quotes around it, if there are.
std::string_view unquote(std::string_view text);

/// REQUIRES: an even number of hex digits.
std::string bytes_of_hex(std::string_view hex);

/// A name that nobody else has: 32 upper-case hex digits.
std::string unique_name();

} // namespace objftpd::oss_server
