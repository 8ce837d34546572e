#include "storage/http/encoding.hpp"
#include "storage/http/request.hpp"
#include "storage/http/signing.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace std::chrono_literals;

TEST_CASE("everything but unreserved characters is percent-encoded") {
    CHECK(http::percent_encode("azAZ09-._~") == "azAZ09-._~");
    CHECK(http::percent_encode(" /+*?&=%") == "%20%2F%2B%2A%3F%26%3D%25");
    CHECK(http::percent_encode("文") == "%E6%96%87");
    CHECK(http::percent_encode(std::string_view("\0\x7f", 2)) == "%00%7F");
    CHECK(http::percent_encode_path("a//b/../c d") == "a//b/../c%20d");
}

TEST_CASE("percent-encoded text of listings is decoded, and broken text is refused") {
    CHECK(http::percent_decode("a%20b+c%2B%e6%96%87") == "a b c+文");
    for (const auto* broken : {"%", "%2", "a%", "%zz", "%2x"})
        CHECK_FALSE(http::percent_decode(broken));
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    CHECK(http::percent_decode(http::percent_encode(all)) == all);
}

TEST_CASE("base64 is written and read with its padding") {
    for (const auto& [text, coded] : std::vector<std::pair<std::string, std::string>>{
             {"", ""}, {"a", "YQ=="}, {"ab", "YWI="}, {"abc", "YWJj"}}) {
        CHECK(http::base64(text) == coded);
        CHECK(http::from_base64(coded) == text);
    }
    for (const auto* broken : {"Y", "YQ=", "YQ", "!!!!"})
        CHECK_FALSE(http::from_base64(broken));
}

TEST_CASE("times are written as signatures and headers want them") {
    const std::chrono::sys_seconds time(1795222923s);
    CHECK(http::iso_time(time) == "20261121T010203Z");
    CHECK(http::http_date(time) == "Sat, 21 Nov 2026 01:02:03 GMT");
}

TEST_CASE("a request tells its URL as it is sent") {
    http::request r;
    r.method = "GET";
    r.scheme = "https";
    r.host = "h:8080";
    r.path = "/a%20b";
    CHECK(r.url() == "https://h:8080/a%20b");
    r.query = {{"acl"}, {"uploads", ""}, {"prefix", "a b/"}};
    CHECK(r.url() == "https://h:8080/a%20b?acl&uploads=&prefix=a%20b%2F");
    r.set("range", "bytes=0-");
    r.set("range", "bytes=1-");
    REQUIRE(r.headers.size() == 1);
    CHECK(*r.find("range") == "bytes=1-");
    CHECK(r.find("host") == nullptr);
}
