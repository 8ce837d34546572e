#include "tests/oss_server/crc64_combine.hpp"

#include "storage/checksum/crc64.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd;

TEST_CASE("two checksums are combined as if their texts were one") {
    const std::string text = "This is a test of the emergency broadcast system.";
    CHECK(oss_server::crc64_combine(11051210869376104954ULL, 2871916124362751090ULL, text.size()) ==
          7672622622872733320ULL);
    const auto of = [](const std::string& s) { return storage::crc64(0, s.data(), s.size()); };
    for (const std::size_t size : {0U, 1U, 7U, 1000U, 123457U}) {
        const std::string a(size, 'a');
        const std::string b(size / 2 + 1, 'b');
        CHECK(oss_server::crc64_combine(of(a), of(b), b.size()) == of(a + b));
        CHECK(oss_server::crc64_combine(of(b), of(a), a.size()) == of(b + a));
    }
}
