#include "server/protocol/timestamps.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;
using namespace std::chrono;
using namespace std::string_view_literals;

namespace {

const sys_seconds sample = sys_days(2026y / November / 21) + 1h + 2min + 3s;

std::string timestamp_of(sys_seconds t) {
    std::string out;
    append_timestamp(out, t);
    return out;
}

} // namespace

TEST_CASE("a time stamp is fourteen digits of UTC, whatever the time") {
    struct row {
        sys_seconds time;
        std::string_view digits;
    };
    const row rows[] = {
        {sample, "20261121010203"},
        {sys_seconds(), "19700101000000"},
        {sys_days(2024y / February / 29) + 23h + 59min + 59s, "20240229235959"},
        {sys_days(1969y / December / 31) + 23h + 59min + 59s, "19691231235959"},
        {sys_days(2106y / February / 7) + 6h + 28min + 16s, "21060207062816"},
        {sys_seconds::max(), "99991231235959"},
        {sys_seconds::min(), "00000101000000"},
    };
    for (const auto& [time, digits] : rows)
        CHECK(timestamp_of(time) == digits);
    std::string out = "213 ";
    append_timestamp(out, sample);
    CHECK(out == "213 20261121010203");
}

TEST_CASE("fourteen digits are a time, with a fraction that is dropped") {
    struct row {
        std::string_view text;
        sys_seconds time;
    };
    const row rows[] = {
        {"20261121010203", sample},
        {"20261121010203.5", sample},
        {"20261121010203.123456789", sample},
        {"19700101000000", sys_seconds()},
        {"20240229000000", sys_days(2024y / February / 29)},
        {"20000229000000", sys_days(2000y / February / 29)},
        {"20261231235960", sys_days(2026y / December / 31) + 23h + 59min + 59s},
        {"22611231235959", sys_days(2261y / December / 31) + 23h + 59min + 59s},
    };
    for (const auto& [text, time] : rows) {
        CAPTURE(text);
        CHECK(parse_timestamp(text) == time);
        CHECK(parse_timestamp(text, true) == time);
    }
}

TEST_CASE("a time that does not exist, or anything but digits, is none") {
    for (const auto text : {"20260229000000"sv,
                            "21000229000000"sv,
                            "20260431000000"sv,
                            "20261301000000"sv,
                            "20260001000000"sv,
                            "20261100000000"sv,
                            "20261121240000"sv,
                            "20261121006000"sv,
                            "20261121000061"sv,
                            "19691231235959"sv,
                            "00000000000000"sv,
                            ""sv,
                            "."sv,
                            ".5"sv,
                            "2026112101020"sv,
                            "202611210102033"sv,
                            "20261121010203."sv,
                            "20261121010203.x"sv,
                            "20261121010203.5.5"sv,
                            "20261121010203 "sv,
                            " 20261121010203"sv,
                            "2026112101020x"sv,
                            "+2026112101020"sv,
                            "-2026112101020"sv,
                            "2026112101 203"sv,
                            "20261121010203Z"sv,
                            "20261121010203\0"sv}) {
        CAPTURE(text);
        CHECK_FALSE(parse_timestamp(text));
        CHECK_FALSE(parse_timestamp(text, true));
    }
}

TEST_CASE("a time that nanoseconds in 64 bits cannot hold is none") {
    for (const auto text :
         {"22620101000000"sv, "22620411234717"sv, "30000101000000"sv, "99991231235959"sv}) {
        CAPTURE(text);
        CHECK_FALSE(parse_timestamp(text));
        CHECK_FALSE(parse_timestamp(text.substr(0, 12), true));
    }
    const auto last = parse_timestamp("22611231235959");
    REQUIRE(last);
    CHECK(sys_time<nanoseconds>(*last) > sys_time<nanoseconds>());
}

TEST_CASE("twelve digits are a time only where minutes are allowed") {
    CHECK_FALSE(parse_timestamp("202611210102"));
    CHECK(parse_timestamp("202611210102", true) == sample - 3s);
    CHECK_FALSE(parse_timestamp("202611210102.5", true));
    CHECK_FALSE(parse_timestamp("202602290102", true));
    CHECK_FALSE(parse_timestamp("20261121010", true));
    CHECK_FALSE(parse_timestamp("2026112101020", true));
}

TEST_CASE("MFMT, and MDTM as a setter, take a time, one space and a path") {
    struct row {
        std::string_view argument, path;
    };
    const row rows[] = {
        {"20261121010203 a.txt", "a.txt"},
        {"20261121010203.123 a.txt", "a.txt"},
        {"20261121010203 path with spaces ", "path with spaces "},
        {"20261121010203  leading", " leading"},
        {"20261121010203 20261121010203", "20261121010203"},
        {"20261121010203 /\xE6\x96\x87/-x", "/\xE6\x96\x87/-x"},
    };
    for (const auto& [argument, path] : rows) {
        CAPTURE(argument);
        const auto parsed = parse_timed_path(argument);
        REQUIRE(parsed);
        CHECK(parsed->time == sample);
        CHECK(parsed->path == path);
    }
}

TEST_CASE("an argument of MDTM that is not a time and a path is left to be a name") {
    for (const auto argument :
         {"a.txt"sv, "20261121010203"sv, "20261121010203 "sv, "20260229010203 a"sv,
          "202611210102 a"sv, "202611210102033 a"sv, " 20261121010203 a"sv, "20261121.txt x"sv,
          "20261121010203\ta"sv, ""sv, " "sv, "a 20261121010203"sv}) {
        CAPTURE(argument);
        CHECK_FALSE(parse_timed_path(argument));
    }
}

TEST_CASE("SITE UTIME takes a time before the path, or three times and UTC behind it") {
    struct row {
        std::string_view argument;
        sys_seconds time;
        std::string_view path;
    };
    const row rows[] = {
        {"20261121010203 a b", sample, "a b"},
        {"202611210102 a b", sample - 3s, "a b"},
        {"a.txt 20200101000000 20261121010203 20190101000000 UTC", sample, "a.txt"},
        {"a  b 20200101000000 20261121010203 20190101000000 UTC", sample, "a  b"},
        {"a 20200101000000 20261121010203 20190101000000 utc", sample, "a"},
        {"a 202001010000 202611210102 201901010000 UTC", sample - 3s, "a"},
        {"20200101000000 20200101000000 20261121010203 20190101000000 UTC", sample,
         "20200101000000"},
        {"20200101000000 x 20200101000000 20261121010203 20190101000000 UTC", sample,
         "20200101000000 x"},
        {"20261121010203 b UTC", sample, "b UTC"},
        {"20261121010203 20200101000000 20200101000000 UTC", sample,
         "20200101000000 20200101000000 UTC"},
    };
    for (const auto& [argument, time, path] : rows) {
        CAPTURE(argument);
        const auto parsed = parse_site_utime(argument);
        REQUIRE(parsed);
        CHECK(parsed->time == time);
        CHECK(parsed->path == path);
    }
    for (const auto argument :
         {""sv, "a"sv, "20261121010203"sv, "20261121010203 "sv, "202602290102 a"sv,
          "a 20200101000000 20261121010203 20190101000000"sv,
          "a 20200101000000 20261121010203 20190101000000 CET"sv,
          "a 20200101000000 20260229010203 20190101000000 UTC"sv,
          "a 20200101000000 20261121010203 0 UTC"sv,
          " 20200101000000 20261121010203 20190101000000 UTC"sv, "UTC"sv, " UTC"sv, "    UTC"sv}) {
        CAPTURE(argument);
        CHECK_FALSE(parse_site_utime(argument));
    }
}
