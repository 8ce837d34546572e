#include "server/protocol/listing.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace objftpd::server;
using namespace std::chrono;

namespace {

const sys_seconds shown_at = sys_days(2026y / November / 21) + 1h + 2min + 3s;

std::string list_line(const listing_entry& e) {
    std::string out;
    append_list_line(out, e, shown_at);
    return out;
}

/// The twelve columns between size and name.
std::string shown_time(sys_seconds modified) {
    return list_line({"n", false, 0, modified, true}).substr(43, 12);
}

} // namespace

TEST_CASE("a LIST line has the columns of ls -l and ends in CRLF") {
    struct row {
        listing_entry entry;
        std::string_view line;
    };
    const row rows[] = {
        {{"name", false, 1234, shown_at, true},
         "-rw-r--r--    1 ftp      ftp          1234 Nov 21 01:02 name\r\n"},
        {{"dir", true, 0, shown_at, true},
         "drwxr-xr-x    1 ftp      ftp             0 Nov 21 01:02 dir\r\n"},
        {{"file name.txt", false, 1234567, sys_days(2024y / March / 3), true},
         "-rw-r--r--    1 ftp      ftp       1234567 Mar  3  2024 file name.txt\r\n"},
        {{"r", false, 0, shown_at, false},
         "-r--r--r--    1 ftp      ftp             0 Nov 21 01:02 r\r\n"},
        {{"r", true, 0, shown_at, false},
         "dr-xr-xr-x    1 ftp      ftp             0 Nov 21 01:02 r\r\n"},
        {{" leading", false, 99999999, shown_at, true},
         "-rw-r--r--    1 ftp      ftp      99999999 Nov 21 01:02  leading\r\n"},
        {{"wide", false, 123456789, shown_at, true},
         "-rw-r--r--    1 ftp      ftp      123456789 Nov 21 01:02 wide\r\n"},
        {{"huge", false, std::numeric_limits<std::uint64_t>::max(), shown_at, true},
         "-rw-r--r--    1 ftp      ftp      18446744073709551615 Nov 21 01:02 huge\r\n"},
        {{"-\xE6\x96\x87 \xF0\x9F\x98\x80", false, 1, shown_at, true},
         "-rw-r--r--    1 ftp      ftp             1 Nov 21 01:02 -\xE6\x96\x87 "
         "\xF0\x9F\x98\x80\r\n"},
    };
    for (const auto& [entry, line] : rows)
        CHECK(list_line(entry) == line);
}

TEST_CASE("LIST shows the time within 180 days back and one day ahead, else the year") {
    struct row {
        sys_seconds modified;
        std::string_view shown;
    };
    const row rows[] = {
        {shown_at, "Nov 21 01:02"},
        {shown_at - days(180), "May 25 01:02"},
        {shown_at - days(180) - 1s, "May 25  2026"},
        {shown_at + days(1), "Nov 22 01:02"},
        {shown_at + days(1) + 1s, "Nov 22  2026"},
        {sys_days(2026y / November / 1), "Nov  1 00:00"},
        {sys_days(2026y / November / 9) + 23h + 59min + 59s, "Nov  9 23:59"},
        {sys_days(2024y / February / 29), "Feb 29  2024"},
        {sys_days(2023y / December / 31) + 23h, "Dec 31  2023"},
        {sys_days(2000y / January / 1), "Jan  1  2000"},
        {sys_days(1975y / July / 4), "Jul  4  1975"},
        {sys_days(1960y / July / 4), "Jul  4  1960"},
        {sys_days(2106y / February / 7), "Feb  7  2106"},
    };
    for (const auto& [modified, shown] : rows)
        CHECK(shown_time(modified) == shown);
}

TEST_CASE("an unknown time shows as one constant date that no client hides") {
    CHECK(shown_time(sys_seconds()) == "Jan 01  1980");
}

TEST_CASE("absurd times keep four digits of year") {
    CHECK(shown_time(sys_seconds::max()) == "Dec 31  9999");
    CHECK(shown_time(sys_seconds::min()) == "Jan  1  0000");
}

TEST_CASE("every day of 140 years shows as the calendar has it") {
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (auto day = sys_days(1970y / January / 2); day < sys_days(2110y / January / 1);
         day += days(1)) {
        const year_month_day date(day);
        if (day >= shown_at - days(180) && day <= shown_at + days(1))
            continue;
        const auto number = static_cast<unsigned>(date.day());
        std::string shown(months[static_cast<unsigned>(date.month()) - 1]);
        shown += (number < 10 ? "  " : " ") + std::to_string(number) + "  ";
        shown += std::to_string(static_cast<int>(date.year()));
        REQUIRE(shown_time(day) == shown);
    }
}

TEST_CASE("listing lines are appended to what is there") {
    std::string out = "before\r\n";
    append_list_line(out, {"a", false, 1, shown_at, true}, shown_at);
    append_nlst_line(out, "", "b");
    append_nlst_line(out, "in/", "c d");
    CHECK(out == "before\r\n-rw-r--r--    1 ftp      ftp             1 Nov 21 01:02 a\r\n"
                 "b\r\nin/c d\r\n");
}

TEST_CASE("leading words with a dash are options of a listing, the rest is one path") {
    struct row {
        std::string_view argument, options, path;
        bool recursive, all, directory_itself;
    };
    const row rows[] = {
        {"", "", "", false, false, false},
        {"dir", "", "dir", false, false, false},
        {"-CF", "-CF", "", false, false, false},
        {"-1", "-1", "", false, false, false},
        {"-1 *.txt", "-1", "*.txt", false, false, false},
        {"-R", "-R", "", true, false, false},
        {"-a", "-a", "", false, true, false},
        {"-d", "-d", "", false, false, true},
        {"-d /in", "-d", "/in", false, false, true},
        {"-la", "-la", "", false, true, false},
        {"-la ", "-la", "", false, true, false},
        {"-la dir with space", "-la", "dir with space", false, true, false},
        {"-l -a -R  dir ", "-l -a -R", " dir ", true, true, false},
        {"-laRd x", "-laRd", "x", true, true, true},
        {"-- -x", "", "-x", false, false, false},
        {"-a -- -x -y", "-a", "-x -y", false, true, false},
        {"--", "", "", false, false, false},
        {"-- ", "", "", false, false, false},
        {"-l --", "-l", "", false, false, false},
        {"-- --", "", "--", false, false, false},
        {"./-x", "", "./-x", false, false, false},
        {"/-R", "", "/-R", false, false, false},
        {" -a", "", " -a", false, false, false},
        {"a -R", "", "a -R", false, false, false},
        {"-", "", "-", false, false, false},
        {"- x", "", "- x", false, false, false},
        {"-a -", "-a", "-", false, true, false},
        {"--color dir", "--color", "dir", false, false, false},
        {"--Read -a", "--Read -a", "", false, true, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.argument);
        const auto parsed = parse_listing_argument(row.argument);
        CHECK(parsed.options == row.options);
        CHECK(parsed.path == row.path);
        CHECK(parsed.recursive == row.recursive);
        CHECK(parsed.all == row.all);
        CHECK(parsed.directory_itself == row.directory_itself);
    }
}
