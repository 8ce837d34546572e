#include "storage/checksum/crc64.hpp"
#include "tests/unit/crc_vectors.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd::tests;
using objftpd::storage::crc64;

namespace {

std::uint64_t crc_of(const std::string& text, std::uint64_t before = 0) {
    return crc64(before, text.data(), text.size());
}

} // namespace

TEST_CASE("CRC-64 is the variant that OSS reports") {
    CHECK(crc_of("") == 0);
    CHECK(crc_of(digits) == 11051210869376104954u);
    CHECK(crc_of(sentence) == 2871916124362751090u);
    CHECK(crc_of("a") == 3675645893302102789u);
    CHECK(crc_of("hello world") == 5981764153023615706u);
    CHECK(crc_of(std::string(32, '\0')) == 14509182247117337356u);
    CHECK(crc_of(std::string(32, '\xFF')) == 16815823765876284111u);
    CHECK(crc_of(counting_modulo_251(32)) == 9215897168232598800u);
    CHECK(crc_of(std::string(1 << 20, '\0')) == 6947770692288575170u);
    CHECK(crc_of(counting_modulo_251(1 << 20)) == 16028127081582314172u);
    CHECK(crc_of(counting_modulo_251(5 << 20)) == 2534814067609084400u);
}

TEST_CASE("CRC-64 goes on from where it was, wherever the data are cut") {
    const auto whole = digits + sentence;
    for (std::size_t cut = 0; cut <= whole.size(); ++cut)
        CHECK(crc_of(whole.substr(cut), crc_of(whole.substr(0, cut))) == 7672622622872733320u);
    CHECK(crc_of("tail-part", 2534814067609084400u) == 5366303101007037362u);
}

TEST_CASE("CRC-64 does not depend on the alignment of the data") {
    const auto bytes = counting_modulo_251(1 << 20);
    for (std::size_t shift = 1; shift < 16; ++shift) {
        const auto shifted = std::string(shift, 'x') + bytes;
        CHECK(crc64(0, shifted.data() + shift, bytes.size()) == 16028127081582314172u);
    }
}
