#include "tests/oss_server/crc64_combine.hpp"

#include <array>

namespace objftpd::oss_server {
namespace {

constexpr std::uint64_t polynomial = 0xC96C5795D7870F42; // reflected

// A linear map of checksums: what zero bits behind a text do to it.
using matrix = std::array<std::uint64_t, 64>;

std::uint64_t times(const matrix& m, std::uint64_t v) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; v != 0; ++i, v >>= 1)
        if (v & 1)
            sum ^= m[i];
    return sum;
}

matrix square(const matrix& m) {
    matrix out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = times(m, m[i]);
    return out;
}

} // namespace

std::uint64_t crc64_combine(std::uint64_t first, std::uint64_t second, std::uint64_t second_size) {
    matrix zeros{}; // one zero bit
    zeros[0] = polynomial;
    for (std::size_t i = 1; i < zeros.size(); ++i)
        zeros[i] = std::uint64_t{1} << (i - 1);
    zeros = square(square(square(zeros))); // one zero byte
    for (; second_size != 0; second_size >>= 1, zeros = square(zeros))
        if (second_size & 1)
            first = times(zeros, first);
    return first ^ second;
}

} // namespace objftpd::oss_server
