#include "storage/checksum/crc64_combine.hpp"

#include <array>
#include <cstddef>

namespace objftpd::storage {
namespace {

// What a number of zero bits does to a checksum, as a matrix over GF(2): one column for each bit.
using matrix = std::array<std::uint64_t, 64>;

constexpr std::uint64_t polynomial = 0xC96C5795D7870F42; // ECMA-182, reflected

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
std::array<matrix, 64> make_powers() {
    matrix bit{};
    bit[0] = polynomial;
    for (std::size_t i = 1; i < bit.size(); ++i)
        bit[i] = std::uint64_t{1} << (i - 1);
    std::array<matrix, 64> powers;
    powers[0] = square(square(square(bit)));
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = square(powers[i - 1]);
    return powers;
}

} // namespace

std::uint64_t crc64_combine(std::uint64_t first, std::uint64_t second,
                            std::uint64_t second_length) {
    static const auto powers = make_powers();
    for (std::size_t i = 0; second_length != 0; ++i, second_length >>= 1)
        if ((second_length & 1) != 0)
            first = times(powers[i], first);
    return first ^ second;
}

} // namespace objftpd::storage
