#include "config/ascii_text.hpp"
#include "config/hex.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::config;

TEST_CASE("percent-encoded text is decoded as its place demands, and broken text is refused") {
    CHECK(percent_decode("a%20b+c%2b%E6%96%87", plus_sign::kept) == "a b+c+文");
    CHECK(percent_decode("a+b", plus_sign::means_space) == "a b");
    CHECK(percent_decode("", plus_sign::kept) == "");
    for (const auto* const broken : {"%", "%2", "a%", "%zz", "%2x", "%%20"})
        CHECK_FALSE(percent_decode(broken, plus_sign::kept));
}

TEST_CASE("bytes are read from pairs of hex digits alone") {
    CHECK(bytes_of_hex("00fFA9") == std::string("\x00\xff\xa9", 3));
    CHECK(bytes_of_hex("") == "");
    for (const auto* const broken : {"0", "0g", "a b", "012"})
        CHECK_FALSE(bytes_of_hex(broken));
}

TEST_CASE("white space is taken off both ends") {
    CHECK(trim(" \ta b\r\n") == "a b");
    CHECK(trim("a") == "a");
    CHECK(trim(" \t\r\n").empty());
    CHECK(trim("").empty());
}
