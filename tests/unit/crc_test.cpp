#include "storage/checksum/crc.hpp"
#include "tests/unit/crc_vectors.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace objftpd::storage;
using namespace objftpd::tests;

namespace {

/// Bytes with what each checksum of them was found to be by other programs.
struct vector_row {
    std::string bytes;
    std::uint64_t crc32;
    std::uint64_t crc32c;
    std::uint64_t crc64;
    std::uint64_t crc64nvme;
};

const std::vector<vector_row>& vectors() {
    static const std::vector<vector_row> rows{
        {digits, 0xcbf43926, 0xe3069283, 0x995dc9bbdf1939fa, 0xae8b14860a799888},
        {"", 0, 0, 0, 0},
        {sentence, 0x7b1bbe1b, 0x1054c57e, 0x27db187fc15bbc72, 0x1568110e304471fd},
        {"a", 0xe8b7be43, 0xc1d04330, 0x330284772e652b05, 0x8c2f8445b4cbfc3c},
        {"hello world", 0x0d4a1185, 0xc99465aa, 0x53037ecdef2352da, 0x8d29d5c3f6ea8ebe},
        {std::string(32, '\0'), 0x190a55ad, 0x8a9136aa, 0xc95af8617cd5330c, 0xcf3473434d4ecf3b},
        {std::string(32, '\xFF'), 0xff6cab0b, 0x62a8ab43, 0xe95dce9efaa09acf, 0xa0a06974c34d63c4},
        {counting_modulo_251(32), 0x91267e8a, 0x46dd794e, 0x7fe571a587084d10, 0xb9d9d4a8492cbd7f},
        {std::string(1 << 20, '\0'), 0xa738ea1c, 0x14298c12, 0x606b70a23ebaf6c2,
         0xbd7696385da31b46},
        {counting_modulo_251(1 << 20), 0xef0e6054, 0xdc3e0071, 0xde6f58a8f88842bc,
         0x8821d9f150fec9fc},
        {counting_modulo_251(5 << 20), 0xc88bfcac, 0x09ab50e2, 0x232d77f6e780a1f0,
         0x6e0a75212d554998},
    };
    return rows;
}

std::uint64_t published(const vector_row& row, crc_kind kind) {
    switch (kind) {
    case crc_kind::crc32:
        return row.crc32;
    case crc_kind::crc32c:
        return row.crc32c;
    case crc_kind::crc64:
        return row.crc64;
    case crc_kind::crc64nvme:
        break;
    }
    return row.crc64nvme;
}

} // namespace

TEST_CASE("every checksum is the variant that stores report") {
    using enum crc_kind;
    const auto kind = GENERATE(crc32, crc32c, crc64, crc64nvme);
    for (const auto& row : vectors())
        CHECK(sum(kind, row.bytes) == published(row, kind));
}

TEST_CASE("every checksum goes on from where it was, wherever the data are cut") {
    using enum crc_kind;
    const auto kind = GENERATE(crc32, crc32c, crc64, crc64nvme);
    const auto whole = GENERATE(digits + sentence, counting_modulo_251(300));
    for (std::size_t cut = 0; cut <= whole.size(); ++cut)
        CHECK(sum(kind, whole.substr(cut), sum(kind, whole.substr(0, cut))) == sum(kind, whole));
}

TEST_CASE("no checksum depends on the alignment of the data") {
    using enum crc_kind;
    const auto kind = GENERATE(crc32, crc32c, crc64, crc64nvme);
    const auto bytes = counting_modulo_251(10'000);
    for (std::size_t shift = 1; shift < 16; ++shift) {
        const auto shifted = std::string(shift, 'x') + bytes;
        CHECK(crc(kind, 0, shifted.data() + shift, bytes.size()) == sum(kind, bytes));
    }
}
