#include "storage/checksum/crc_combine.hpp"
#include "tests/unit/crc_vectors.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd::storage;
using namespace objftpd::tests;

TEST_CASE("checksums of two runs of bytes make that of both") {
    struct row {
        crc_kind kind;
        std::uint64_t of_both; // digits, sentence
        std::uint64_t of_5_mib;
        std::uint64_t of_9_bytes;
        std::uint64_t of_all_these;
    };
    const auto r = GENERATE(row{crc_kind::crc32, 0x4386f93e, 0xc88bfcac, 0x6705a42a, 0xbafbf606},
                            row{crc_kind::crc32c, 0x2e6e10ef, 0x09ab50e2, 0x730b98e1, 0x2c7aed9a},
                            row{crc_kind::crc64, 0x6a7aa19fcbf48688, 0x232d77f6e780a1f0,
                                0xef5fcef9c0fbecc4, 0x4a78f03d0c9a03b2},
                            row{crc_kind::crc64nvme, 0x48f01ee2df63e87b, 0x6e0a75212d554998,
                                0x1eb2225f97b295a3, 0x5a352de5c5adfb52});
    CHECK(crc_combine(r.kind, sum(r.kind, digits), sum(r.kind, sentence), sentence.size()) ==
          r.of_both);
    CHECK(crc_combine(r.kind, r.of_5_mib, r.of_9_bytes, 9) == r.of_all_these);
}

TEST_CASE("an empty run changes no checksum") {
    using enum crc_kind;
    const auto kind = GENERATE(crc32, crc32c, crc64, crc64nvme);
    CHECK(crc_combine(kind, sum(kind, "a"), 0, 0) == sum(kind, "a"));
    CHECK(crc_combine(kind, 0, sum(kind, "a"), 1) == sum(kind, "a"));
}

TEST_CASE("checksums of many runs of all lengths combine to that of the whole") {
    using enum crc_kind;
    const auto kind = GENERATE(crc32, crc32c, crc64, crc64nvme);
    std::string whole;
    std::uint64_t combined = 0;
    for (std::size_t length = 1; length < 70'000; length = length * 3 + 1) {
        const std::string piece(length, static_cast<char>(length));
        combined = crc_combine(kind, combined, sum(kind, piece), length);
        whole += piece;
        CHECK(combined == sum(kind, whole));
    }
}
