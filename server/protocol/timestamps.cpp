#include "server/protocol/timestamps.hpp"

#include "server/protocol/civil_time.hpp"

#include <algorithm>

namespace objftpd::server {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

unsigned number(std::string_view digits) {
    unsigned value = 0;
    for (const char c : digits)
        value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
}

/// Takes the last word, and the one space before it, off `text`. Nothing without a space.
std::optional<std::string_view> take_last_word(std::string_view& text) {
    const auto space = text.rfind(' ');
    if (space == std::string_view::npos)
        return std::nullopt;
    const auto word = text.substr(space + 1);
    text = text.substr(0, space);
    return word;
}

std::optional<timed_path> parse_time_and_path(std::string_view argument, bool allow_minutes) {
    const auto space = argument.find(' ');
    if (space == std::string_view::npos || space + 1 == argument.size())
        return std::nullopt;
    const auto time = parse_timestamp(argument.substr(0, space), allow_minutes);
    if (!time)
        return std::nullopt;
    return timed_path{*time, std::string(argument.substr(space + 1))};
}

std::optional<timed_path> parse_path_and_times(std::string_view argument) {
    const auto zone = take_last_word(argument);
    if (!zone || !(*zone == "UTC" || *zone == "utc"))
        return std::nullopt;
    const auto changed = take_last_word(argument);
    const auto modified = take_last_word(argument);
    const auto accessed = take_last_word(argument);
    if (!changed || !modified || !accessed || argument.empty())
        return std::nullopt;
    const auto time = parse_timestamp(*modified, true);
    if (!time || !parse_timestamp(*changed, true) || !parse_timestamp(*accessed, true))
        return std::nullopt;
    return timed_path{*time, std::string(argument)};
}

} // namespace

void append_timestamp(std::string& out, std::chrono::sys_seconds t) {
    const auto time = to_civil(t);
    char digits[14];
    char* at = put_two_digits(digits, time.year / 100);
    at = put_two_digits(at, time.year % 100);
    at = put_two_digits(at, time.month);
    at = put_two_digits(at, time.day);
    at = put_two_digits(at, time.hour);
    at = put_two_digits(at, time.minute);
    put_two_digits(at, time.second);
    out.append(digits, sizeof digits);
}

std::optional<std::chrono::sys_seconds> parse_timestamp(std::string_view text, bool allow_minutes) {
    using namespace std::chrono;
    const auto whole = text.substr(0, text.find('.'));
    const bool has_fraction = whole.size() < text.size();
    if (has_fraction && !all_digits(text.substr(whole.size() + 1)))
        return std::nullopt;
    const bool to_the_minute = allow_minutes && whole.size() == 12 && !has_fraction;
    if (!all_digits(whole) || !(whole.size() == 14 || to_the_minute))
        return std::nullopt;

    const auto date = year(static_cast<int>(number(whole.substr(0, 4)))) /
                      month(number(whole.substr(4, 2))) / day(number(whole.substr(6, 2)));
    const auto hour = number(whole.substr(8, 2));
    const auto minute = number(whole.substr(10, 2));
    const auto second = to_the_minute ? 0 : number(whole.substr(12, 2));
    if (!date.ok() || date.year() < year(1970) || date.year() > year(2261) || hour > 23 ||
        minute > 59 || second > 60)
        return std::nullopt;
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(std::min(second, 59u));
}

std::optional<timed_path> parse_timed_path(std::string_view argument) {
    return parse_time_and_path(argument, false);
}

std::optional<timed_path> parse_site_utime(std::string_view argument) {
    // The long form first: its path may itself begin with a word that looks like a date.
    if (auto long_form = parse_path_and_times(argument))
        return long_form;
    return parse_time_and_path(argument, true);
}

} // namespace objftpd::server
