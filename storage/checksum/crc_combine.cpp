#include "storage/checksum/crc_combine.hpp"

#include <array>
#include <cstddef>

namespace objftpd::storage {
namespace {

// What a number of zero bits does to a checksum, as a matrix over GF(2): one column for each bit.
// Checksums of 32 bits leave the others alone.
using matrix = std::array<std::uint64_t, 64>;
using matrices = std::array<matrix, 64>;

constexpr std::uint64_t times(const matrix& m, std::uint64_t vector) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; vector != 0; ++i, vector >>= 1)
        if ((vector & 1) != 0)
            sum ^= m[i];
    return sum;
}

constexpr matrix square(const matrix& m) {
    matrix squared{};
    for (std::size_t i = 0; i < squared.size(); ++i)
        squared[i] = times(m, m[i]);
    return squared;
}

// For 2^i zero bytes each.
matrices make_powers(std::uint64_t polynomial) {
    matrix bit{};
    bit[0] = polynomial;
    for (std::size_t i = 1; i < bit.size(); ++i)
        bit[i] = std::uint64_t{1} << (i - 1);
    matrices powers;
    powers[0] = square(square(square(bit)));
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = square(powers[i - 1]);
    return powers;
}

// By the reflected polynomials.
const matrices& powers_of(crc_kind kind) {
    static const matrices ieee = make_powers(0xEDB88320);
    static const matrices castagnoli = make_powers(0x82F63B78);
    static const matrices ecma = make_powers(0xC96C5795D7870F42);
    static const matrices nvme = make_powers(0x9A6C9329AC4BC9B5);
    switch (kind) {
    case crc_kind::crc32:
        return ieee;
    case crc_kind::crc32c:
        return castagnoli;
    case crc_kind::crc64:
        return ecma;
    case crc_kind::crc64nvme:
        break;
    }
    return nvme;
}

} // namespace

std::uint64_t crc_combine(crc_kind kind, std::uint64_t first, std::uint64_t second,
                          std::uint64_t second_length) {
    const auto& powers = powers_of(kind);
    for (std::size_t i = 0; second_length != 0; ++i, second_length >>= 1)
        if ((second_length & 1) != 0)
            first = times(powers[i], first);
    return first ^ second;
}

} // namespace objftpd::storage
