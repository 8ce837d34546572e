#include "server/protocol/glob.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd::server;

namespace {

// U+4E2D, three bytes, and U+1F600, four.
constexpr std::string_view zhong = "\xE4\xB8\xAD";
constexpr std::string_view grin = "\xF0\x9F\x98\x80";

std::string text(std::string_view a, std::string_view b, std::string_view c = "") {
    return std::string(a).append(b).append(c);
}

} // namespace

TEST_CASE("a name is a glob when it holds a wildcard that is not escaped") {
    for (const auto name : {"*", "a*", "a?b", "[a]", "[", "\\\\*", "\\a?"})
        CHECK(is_glob(name));
    for (const auto name : {"", "a", "\\*", "\\?\\[", "a]", "a\\", "\\\\", "{a,b}", "a-b"})
        CHECK_FALSE(is_glob(name));
}

TEST_CASE("patterns match as a shell's do") {
    struct row {
        std::string_view pattern, name;
        bool matching;
    };
    const row rows[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "", false},
        {"abc", "abc", true},
        {"abc", "abd", false},
        {"abc", "ab", false},
        {"ab", "abc", false},
        {"ABC", "abc", false},
        {"*", "", true},
        {"*", "anything at all", true},
        {"*", ".hidden", true},
        {"**", "a", true},
        {"*.txt", "a.txt", true},
        {"*.txt", ".txt", true},
        {"*.txt", "a.txt.gz", false},
        {"*.txt", "a.txt.txt", true},
        {"a*b*c", "aXbYbZc", true},
        {"a*b*c", "aXcYb", false},
        {"*a*", "bab", true},
        {"*ab*ab", "abab", true},
        {"*ab*ab", "ab", false},
        {"2024*.csv", "2024-01.csv", true},
        {"?", "a", true},
        {"?", "", false},
        {"?", "ab", false},
        {"a?c", "abc", true},
        {"??", "ab", true},
        {"*?", "", false},
        {"?*", "a", true},
        {"[abc]", "b", true},
        {"[abc]", "d", false},
        {"[abc]", "", false},
        {"[a-c]x", "bx", true},
        {"[a-c]x", "dx", false},
        {"[c-a]", "b", false},
        {"[!a]", "b", true},
        {"[!a]", "a", false},
        {"[!a-c]*", "dog", true},
        {"[]]", "]", true},
        {"[]a]", "a", true},
        {"[!]]", "a", true},
        {"[!]]", "]", false},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[-a]", "b", false},
        {"[a-]x", "b", false},
        {"[\\]]", "]", true},
        {"[\\]]", "\\", false},
        {"[a\\-c]", "b", false},
        {"[a\\-c]", "-", true},
        {"[\\a-\\c]", "b", true},
        {"[*]", "*", true},
        {"[*]", "a", false},
        {"[[]", "[", true},
        {"[!!]", "!", false},
        {"[", "[", true},
        {"[a", "[a", true},
        {"[a", "a", false},
        {"[]", "[]", true},
        {"[!]", "[!]", true},
        {"a[*", "a[bc", true},
        {"[a-", "[a-", true},
        {"[a\\]", "[a]", true},
        {"*[", "a[", true},
        {"[[[[", "[[[[", true},
        {"\\*", "*", true},
        {"\\*", "a", false},
        {"\\\\", "\\", true},
        {"\\a", "a", true},
        {"a\\", "a\\", true},
        {"\\[a]", "[a]", true},
        {"-x*", "-x1", true},
        {"a b*", "a b c", true},
    };
    for (const auto& [pattern, name, matching] : rows) {
        CAPTURE(pattern, name);
        CHECK(matches(pattern, name) == matching);
    }
}

TEST_CASE("a question mark and a class take one whole UTF-8 character") {
    struct row {
        std::string pattern, name;
        bool matching;
    };
    const row rows[] = {
        {"?", std::string(zhong), true},
        {"??", std::string(zhong), false},
        {"*??", std::string(zhong), false},
        {"*??", std::string(grin), false},
        {"*?", std::string(grin), true},
        {"a?b", text("a", grin, "b"), true},
        {text("[", zhong, "]"), std::string(zhong), true},
        {text("[!", zhong, "]"), std::string(zhong), false},
        {text("[!", zhong, "]"), std::string(grin), true},
        {"[!a]", std::string(zhong), true},
        {"[!a]b", text(zhong, "b"), true},
        {text("[a-", grin, "]"), std::string(zhong), true},
        {text("[", zhong, text("-", grin, "]")), "a", false},
        {text("*", zhong), text("a", zhong), true},
        // Bytes that are no UTF-8 count as one character each.
        {"??", "\xC4\xE3", true},
        {"?", "\xE4\xB8", false},
        {"[\x80-\xBF]", "\xC4", false},
    };
    for (const auto& [pattern, name, matching] : rows) {
        CAPTURE(pattern, name);
        CHECK(matches(pattern, name) == matching);
    }
}

TEST_CASE("hostile patterns end in time") {
    const std::string name(255, 'a');
    std::string stars;
    for (int i = 0; i < 100; ++i)
        stars += "*a";
    CHECK_FALSE(matches(stars + "b", name));
    CHECK(matches(stars, name));
    CHECK_FALSE(matches("*" + std::string(300, '['), std::string(255, '[')));
    CHECK_FALSE(matches(std::string(500, '*') + "b", name));
    CHECK_FALSE(matches("*[" + std::string(500, 'b') + "]", name));
}

TEST_CASE("a pattern longer than any sensible one matches itself only") {
    const std::string longest = std::string(511, 'a') + "*";
    CHECK(matches(longest, std::string(600, 'a')));
    CHECK_FALSE(matches("a" + longest, std::string(600, 'a')));
    CHECK(matches("a" + longest, "a" + longest));
}

TEST_CASE("the literal prefix is what every match begins with") {
    struct row {
        std::string_view pattern, prefix;
    };
    const row rows[] = {
        {"2024*.csv", "2024"}, {"*", ""},      {"", ""},          {"abc", "abc"},
        {"a?b", "a"},          {"a[bc]", "a"}, {"\\*a*", "*a"},   {"a\\\\*", "a\\"},
        {"a\\", "a\\"},        {"a[", "a"},    {"\\a\\b*", "ab"},
    };
    for (const auto& [pattern, prefix] : rows) {
        CAPTURE(pattern);
        CHECK(literal_prefix(pattern) == prefix);
    }
}
