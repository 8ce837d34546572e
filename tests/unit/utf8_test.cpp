#include "config/utf8.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace std::string_view_literals;

TEST_CASE("only strict UTF-8 counts as such") {
    for (const auto text : {""sv, "abc"sv, "a\0b"sv, "\xC2\x80"sv, "\xE4\xB8\xAD"sv,
                            "\xED\x9F\xBF"sv, "\xF0\x9F\x98\x80"sv, "\xF4\x8F\xBF\xBF"sv})
        CHECK(config::is_utf8(text));
    for (const auto text : {"\x80"sv, "\xC0\xAF"sv, "\xC1\xBF"sv, "\xC3"sv, "\xE0\x80\xAF"sv,
                            "\xE4\xB8"sv, "\xED\xA0\x80"sv, "\xF0\x80\x80\xAF"sv,
                            "\xF4\x90\x80\x80"sv, "\xFF"sv, "\xFE"sv, "a\xC3(b"sv}) {
        CAPTURE(text);
        CHECK_FALSE(config::is_utf8(text));
    }
}
