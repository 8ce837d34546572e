#include "storage/checksum/crc64.hpp"
#include "storage/checksum/crc64_combine.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd::storage;

namespace {

std::uint64_t sum(const std::string& bytes) {
    return crc64(0, bytes.data(), bytes.size());
}

} // namespace

TEST_CASE("checksums of two runs of bytes make that of both") {
    const std::string one = "123456789";
    const std::string two = "This is a test of the emergency broadcast system.";
    CHECK(crc64_combine(sum(one), sum(two), two.size()) == 0x6a7aa19fcbf48688);
    CHECK(crc64_combine(0x232d77f6e780a1f0, 0xef5fcef9c0fbecc4, 9) == 0x4a78f03d0c9a03b2);
}

TEST_CASE("an empty run changes no checksum") {
    CHECK(crc64_combine(sum("a"), 0, 0) == sum("a"));
    CHECK(crc64_combine(0, sum("a"), 1) == sum("a"));
}

TEST_CASE("checksums of many runs of all lengths combine to that of the whole") {
    std::string whole;
    std::uint64_t combined = 0;
    for (std::size_t length = 1; length < 70'000; length = length * 3 + 1) {
        const std::string piece(length, static_cast<char>(length));
        combined = crc64_combine(combined, sum(piece), length);
        whole += piece;
        CHECK(combined == sum(whole));
    }
}
