#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace objftpd::server {

/// Appends "20261121010203", UTC (RFC 3659, 2.3): always 14 digits, whatever the time.
void append_timestamp(std::string& out, std::chrono::sys_seconds t);

/// 14 digits with an optional ".fraction" (dropped), or with `allow_minutes` 12 digits (SITE
/// UTIME). Nothing for dates that do not exist (29 February 2026), years before 1970 or after 2261
/// (nanoseconds in 64 bits end in 2262), or other characters. Second 60 is taken as 59.
std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text,
                                                        bool allow_minutes = false);

/// The argument of MFMT and of MDTM as a setter: "20261121010203 path with spaces".
/// Nothing if the first word is not exactly 14 digits (with optional fraction) and a space, if
/// they are no date, or if no path follows.
struct timed_path {
    std::chrono::sys_seconds time;
    std::string path;
};
std::optional<timed_path> parse_timed_path(std::string_view argument);

/// The argument of SITE UTIME in both forms: "YYYYMMDDhhmm[ss] path", and
/// "path atime mtime ctime UTC" parsed from the right, where mtime counts.
std::optional<timed_path> parse_site_utime(std::string_view argument);

} // namespace objftpd::server
