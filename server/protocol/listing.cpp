#include "server/protocol/listing.hpp"

#include "server/protocol/civil_time.hpp"

#include <charconv>
#include <cstring>

namespace objftpd::server {

namespace {

constexpr std::size_t time_width = 12; // "Nov 21 01:02"

char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
}

char* put_right_aligned(char* at, std::uint64_t value, std::size_t width) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto size = static_cast<std::size_t>(end - digits);
    for (std::size_t i = size; i < width; ++i)
        *at++ = ' ';
    return put(at, {digits, size});
}

char* put_time(char* at, std::chrono::sys_seconds t, std::chrono::sys_seconds now) {
    static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    using std::chrono::days;
    if (t == std::chrono::sys_seconds())
        return put(at, "Jan 01  1980");

    const auto time = to_civil(t);
    at = put(at, months.substr(std::size_t{3} * (time.month - 1), 3));
    *at++ = ' ';
    put_two_digits(at, time.day);
    if (time.day < 10)
        *at = ' ';
    at += 2;
    *at++ = ' ';
    if (t >= now - days(180) && t <= now + days(1)) {
        at = put_two_digits(at, time.hour);
        *at++ = ':';
        return put_two_digits(at, time.minute);
    }
    *at++ = ' ';
    return put_two_digits(put_two_digits(at, time.year / 100), time.year % 100);
}

std::string_view mode_and_owner(const listing_entry& e) {
    if (e.directory)
        return e.writable ? "drwxr-xr-x    1 ftp      ftp      "
                          : "dr-xr-xr-x    1 ftp      ftp      ";
    return e.writable ? "-rw-r--r--    1 ftp      ftp      " : "-r--r--r--    1 ftp      ftp      ";
}

} // namespace

void append_list_line(std::string& out, const listing_entry& e, std::chrono::sys_seconds now) {
    char columns[34 + 20 + 1 + time_width + 1];
    char* at = put(columns, mode_and_owner(e));
    at = put_right_aligned(at, e.size, 8);
    *at++ = ' ';
    at = put_time(at, e.modified, now);
    *at++ = ' ';
    out.append(columns, static_cast<std::size_t>(at - columns));
    out.append(e.name);
    out.append("\r\n", 2);
}

void append_nlst_line(std::string& out, std::string_view directory_part, std::string_view name) {
    out.append(directory_part);
    out.append(name);
    out.append("\r\n", 2);
}

listing_argument parse_listing_argument(std::string_view argument) {
    listing_argument result;
    std::size_t options_end = 0;
    std::size_t begin = 0;
    while (argument.size() - begin >= 2 && argument[begin] == '-') {
        const auto word = argument.substr(begin, argument.find(' ', begin) - begin);
        if (word.size() < 2)
            break;
        const auto word_end = begin + word.size();
        begin = word_end < argument.size() ? word_end + 1 : word_end;
        if (word == "--")
            break;
        options_end = word_end;
        if (word[1] == '-') // "--color": letters of a long option mean nothing
            continue;
        result.recursive |= word.find('R') != std::string_view::npos;
        result.all |= word.find('a') != std::string_view::npos;
        result.directory_itself |= word.find('d') != std::string_view::npos;
    }
    result.options = argument.substr(0, options_end);
    result.path = argument.substr(begin);
    return result;
}

} // namespace objftpd::server
