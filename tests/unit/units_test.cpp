#include "config/units.hpp"

#include <catch2/catch.hpp>

#include <utility>
#include <vector>

using namespace objftpd::config;
using namespace std::chrono_literals;

TEST_CASE("a size is a whole number with an optional unit") {
    const std::vector<std::pair<std::string_view, std::uint64_t>> rows{
        {"0", 0},
        {"512", 512},
        {"512 B", 512},
        {"1 kB", 1000},
        {"1 KB", 1000},
        {"3 MB", 3'000'000},
        {"1 GB", 1'000'000'000},
        {"2 TB", 2'000'000'000'000},
        {"64 KiB", 65536},
        {"64KiB", 65536},
        {"8 MiB", 8u << 20},
        {"1 GiB", 1u << 30},
        {"1 TiB", 1ull << 40},
        {"9223372036854775807", 9223372036854775807u},
    };
    for (const auto& [text, bytes] : rows) {
        CAPTURE(text);
        CHECK(parse_size(text) == bytes);
    }
}

TEST_CASE("a duration is a whole number of seconds or has a unit") {
    const std::vector<std::pair<std::string_view, std::chrono::milliseconds>> rows{
        {"0", 0ms},      {"30", 30s}, {"500 ms", 500ms}, {"500ms", 500ms},  {"30 s", 30s},
        {"5 min", 5min}, {"1 h", 1h}, {"7 d", 7 * 24h},  {"90 min", 90min},
    };
    for (const auto& [text, duration] : rows) {
        CAPTURE(text);
        CHECK(parse_duration(text) == duration);
    }
}

TEST_CASE("what is not exactly a size or a duration is neither") {
    for (const std::string_view text : {"",
                                        " ",
                                        "-1",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1  s",
                                        "1  KiB",
                                        "1.5 s",
                                        "1.5 GiB",
                                        "0x10",
                                        "1e3",
                                        "s",
                                        "KiB",
                                        "1 fortnight",
                                        "1 kib",
                                        "1 mib",
                                        "1 S",
                                        "1 MS",
                                        "1 s 2 ms",
                                        "1,000",
                                        "1_000",
                                        "9223372036854775808",
                                        "18446744073709551616",
                                        "9007199254740992 KiB",
                                        "106751991168 d"}) {
        CAPTURE(text);
        CHECK(parse_size(text) == std::nullopt);
        CHECK(parse_duration(text) == std::nullopt);
    }
}

TEST_CASE("a formatted size or duration reads back as itself") {
    const std::vector<std::pair<std::uint64_t, std::string>> sizes{
        {0, "0 B"},        {1, "1 B"},          {1000, "1000 B"},      {1024, "1 KiB"},
        {65536, "64 KiB"}, {8u << 20, "8 MiB"}, {3ull << 40, "3 TiB"}, {1536, "1536 B"}};
    for (const auto& [bytes, text] : sizes) {
        CHECK(format_size(bytes) == text);
        CHECK(parse_size(text) == bytes);
    }
    const std::vector<std::pair<std::chrono::milliseconds, std::string>> durations{
        {0ms, "0 s"},   {1ms, "1 ms"},   {1500ms, "1500 ms"}, {90s, "90 s"},
        {60s, "1 min"}, {5min, "5 min"}, {24h, "1 d"},        {36h, "36 h"}};
    for (const auto& [duration, text] : durations) {
        CHECK(format_duration(duration) == text);
        CHECK(parse_duration(text) == duration);
    }
}
