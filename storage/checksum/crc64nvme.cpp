#include "storage/checksum/crc64nvme.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

std::uint64_t by_tables(std::uint64_t crc, const unsigned char* bytes, std::size_t length) {
    for (; length >= 8; length -= 8, bytes += 8) {
        crc ^= little_endian(bytes);
        crc = effect[7][crc & 0xff] ^ effect[6][(crc >> 8) & 0xff] ^ effect[5][(crc >> 16) & 0xff] ^
              effect[4][(crc >> 24) & 0xff] ^ effect[3][(crc >> 32) & 0xff] ^
              effect[2][(crc >> 40) & 0xff] ^ effect[1][(crc >> 48) & 0xff] ^ effect[0][crc >> 56];
    }
    for (; length > 0; --length, ++bytes)
        crc = effect[0][(crc ^ *bytes) & 0xff] ^ (crc >> 8);
    return crc;
}

#if defined(__x86_64__)

// x to that power modulo the polynomial, reflected like it.
constexpr std::uint64_t power_of_x(unsigned n) {
    std::uint64_t power = std::uint64_t{1} << 63;
    for (; n > 0; --n)
        power = (power >> 1) ^ ((power & 1) != 0 ? polynomial : 0);
    return power;
}

// What takes 16 bytes that many bits further on, to be added to the bytes there: each half times
// its power of x. One less, because a product of reflected factors is one bit too far.
template <unsigned Bits>
__attribute__((target("pclmul"))) __m128i moved(__m128i bytes) {
    constexpr auto of_first = static_cast<long long>(power_of_x(Bits + 63));
    constexpr auto of_second = static_cast<long long>(power_of_x(Bits - 1));
    const auto powers = _mm_set_epi64x(of_second, of_first);
    return _mm_xor_si128(_mm_clmulepi64_si128(bytes, powers, 0x00),
                         _mm_clmulepi64_si128(bytes, powers, 0x11));
}

__m128i load(const unsigned char* bytes) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

// Four times 16 bytes side by side, until they are 16 that have the same checksum.
// REQUIRES: whole blocks.
constexpr std::size_t block = 64;
__attribute__((target("pclmul"))) std::uint64_t
by_products(std::uint64_t crc, const unsigned char* bytes, std::size_t length) {
    std::array lanes = {load(bytes), load(bytes + 16), load(bytes + 32), load(bytes + 48)};
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi64_si128(static_cast<long long>(crc)));
    for (std::size_t at = block; at < length; at += block)
        for (std::size_t i = 0; i < lanes.size(); ++i)
            lanes[i] = _mm_xor_si128(moved<8 * block>(lanes[i]), load(bytes + at + 16 * i));
    auto all = lanes[0];
    for (std::size_t i = 1; i < lanes.size(); ++i)
        all = _mm_xor_si128(moved<128>(all), lanes[i]);
    std::array<unsigned char, 16> rest;
    std::memcpy(rest.data(), &all, rest.size());
    return by_tables(0, rest.data(), rest.size());
}

#endif

} // namespace

std::uint64_t crc64nvme(std::uint64_t crc, const void* data, std::size_t length) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    crc = ~crc;
#if defined(__x86_64__)
    static const bool multiplies = __builtin_cpu_supports("pclmul") != 0;
    if (const auto blocks = length - length % block; multiplies && blocks > 0) {
        crc = by_products(crc, bytes, blocks);
        bytes += blocks;
        length -= blocks;
    }
#endif
    return ~by_tables(crc, bytes, length);
}

} // namespace objftpd::storage
