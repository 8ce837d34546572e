#include "storage/checksum/crc64nvme.hpp"

#include <array>
#include <bit>
#include <cstring>

// ISA-L 2.30 does not have it.
namespace objftpd::storage {
namespace {

constexpr std::uint64_t polynomial = 0x9A6C9329AC4BC9B5; // reflected

// [k][b]: what the byte b does to the checksum when k bytes follow it.
using tables = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr tables make_tables() {
    tables made{};
    for (std::size_t b = 0; b < 256; ++b) {
        std::uint64_t sum = b;
        for (int bit = 0; bit < 8; ++bit)
            sum = (sum >> 1) ^ ((sum & 1) != 0 ? polynomial : 0);
        made[0][b] = sum;
    }
    for (std::size_t k = 1; k < made.size(); ++k)
        for (std::size_t b = 0; b < 256; ++b)
            made[k][b] = made[0][made[k - 1][b] & 0xff] ^ (made[k - 1][b] >> 8);
    return made;
}

constexpr tables effect = make_tables();

std::uint64_t little_endian(const unsigned char* bytes) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

} // namespace

std::uint64_t crc64nvme(std::uint64_t crc, const void* data, std::size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    crc = ~crc;
    for (; length >= 8; length -= 8, bytes += 8) {
        crc ^= little_endian(bytes);
        crc = effect[7][crc & 0xff] ^ effect[6][(crc >> 8) & 0xff] ^ effect[5][(crc >> 16) & 0xff] ^
              effect[4][(crc >> 24) & 0xff] ^ effect[3][(crc >> 32) & 0xff] ^
              effect[2][(crc >> 40) & 0xff] ^ effect[1][(crc >> 48) & 0xff] ^ effect[0][crc >> 56];
    }
    for (; length > 0; --length, ++bytes)
        crc = effect[0][(crc ^ *bytes) & 0xff] ^ (crc >> 8);
    return ~crc;
}

} // namespace objftpd::storage
