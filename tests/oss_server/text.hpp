#pragma once

#include "config/ascii_text.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Small ground work with text that headers, parameters and records share.
namespace objftpd::oss_server {

using config::trim;

/// Digits only, no sign, no space.
std::optional<std::uint64_t> parse_number(std::string_view text);

/// Lower-case ASCII.
std::string lower_case(std::string_view text);

/// "2012-02-24T08:43:07.000Z", of XML.
std::string xml_time(std::chrono::sys_seconds t);

/// "20261121T010203Z"; nothing if it is no such time.
std::optional<std::chrono::sys_seconds> parse_iso_time(std::string_view text);

/// "Sat, 21 Nov 2026 01:02:03 GMT"; nothing if it is no such time.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text);

/// Without the quotes around it, if there are.
std::string_view unquote(std::string_view text);

/// A name that nobody else has: 32 upper-case hex digits.
std::string unique_name();

} // namespace objftpd::oss_server
