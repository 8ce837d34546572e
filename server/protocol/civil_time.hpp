#pragma once

#include <algorithm>
#include <chrono>

namespace objftpd::server {

/// A point in time as the digits that listings and MDTM show, in UTC.
struct civil_time {
    unsigned year, month, day, hour, minute, second;
};

/// Times outside the years 0 to 9999 (a store may hold any number) come out as the nearest end,
/// so that a year always has four digits. Plain arithmetic: no locale, no time zone.
inline civil_time to_civil(std::chrono::sys_seconds t) {
    using namespace std::chrono;
    constexpr sys_seconds first = sys_days(year(0) / January / 1);
    constexpr sys_seconds last = sys_seconds(sys_days(year(10000) / January / 1)) - seconds(1);
    t = std::clamp(t, first, last);
    const auto days = floor<std::chrono::days>(t);
    const year_month_day date(days);
    const auto in_day = static_cast<unsigned>((t - days).count());
    return {static_cast<unsigned>(static_cast<int>(date.year())),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            in_day / 3600,
            in_day / 60 % 60,
            in_day % 60};
}

/// Writes exactly two digits of 0..99, and returns where to go on.
inline char* put_two_digits(char* at, unsigned value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
    return at + 2;
}

} // namespace objftpd::server
