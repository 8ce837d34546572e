#include "config/text.hpp"

#include <catch2/catch.hpp>

#include <utility>
#include <vector>

using namespace objftpd::config;

namespace {

std::string escaped(std::string_view value) {
    std::string line;
    append_escaped(line, value);
    return line;
}

} // namespace

TEST_CASE("a log value is a plain word or stands escaped in quotes") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"alice", "alice"},
        {"/in/a-b_c.txt", "/in/a-b_c.txt"},
        {"[::1]:2048", "[::1]:2048"},
        {"", R"("")"},
        {"two words", R"("two words")"},
        {"a=b", R"("a=b")"},
        {R"(say "hi" \o/)", R"("say \"hi\" \\o/")"},
        {"a\r\nb\tc", R"("a\r\nb\tc")"},
        {std::string("nul\0", 4), R"("nul\x00")"},
        {"\x1b[31m\x7f", R"("\x1b[31m\x7f")"},
        {"报告.txt", "\"报告.txt\""},
        {"📁", "\"📁\""},
        {"\xff\xc0\xaf", R"("\xff\xc0\xaf")"},
        {"cut \xe6\x8a", R"("cut \xe6\x8a")"},
    };
    for (const auto& [value, line] : rows) {
        CAPTURE(value);
        CHECK(escaped(value) == line);
    }
}

TEST_CASE("characters that terminals obey or that reorder text are escaped in the log") {
    CHECK(escaped("\xc2\x9b"
                  "31m") == R"("\xc2\x9b31m")");
    CHECK(escaped("txt.\xe2\x80\xae"
                  "exe") == R"("txt.\xe2\x80\xaeexe")");
    CHECK(escaped("\xe2\x80\xa8") == R"("\xe2\x80\xa8")");
}

TEST_CASE("only well-formed UTF-8 has a length") {
    const std::vector<std::pair<std::string_view, std::size_t>> rows{
        {"", 0},
        {"a", 1},
        {"ab", 1},
        {"\xc3\xa9!", 2},
        {"\xe6\x8a\xa5", 3},
        {"\xf0\x9f\x93\x81", 4},
        {"\x80", 0},
        {"\xc0\x80", 0},
        {"\xe0\x80\x80", 0},
        {"\xed\xa0\x80", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf8\x88\x80\x80\x80", 0},
    };
    for (const auto& [text, length] : rows) {
        CAPTURE(text);
        CHECK(utf8_length(text) == length);
    }
}

TEST_CASE("the nearest key is the one with the fewest changed letters, if few") {
    const std::vector<std::string_view> keys{"listen", "passive_ports", "idle_timeout", "path"};
    CHECK(nearest("pasive_ports", keys) == "passive_ports");
    CHECK(nearest("Listen", keys) == "listen");
    CHECK(nearest("idle-timeout", keys) == "idle_timeout");
    CHECK(nearest("pth", keys) == "path");
    CHECK(nearest("bucket_versioning", keys).empty());
    CHECK(nearest("x", {}).empty());
}

TEST_CASE("a TOML string escapes what would end or break it") {
    CHECK(toml_quote("plain") == R"("plain")");
    CHECK(toml_quote("C:\\a \"b\"") == R"("C:\\a \"b\"")");
    CHECK(toml_quote("a\nb\x7f") == R"("a\u000ab\u007f")");
    CHECK(toml_quote("报告") == "\"报告\"");
}
