#include "storage/checksum/crc.hpp"

#include "storage/checksum/crc64.hpp"
#include "storage/checksum/crc64nvme.hpp"

#include <isa-l/crc.h>

#include <algorithm>

namespace objftpd::storage {
namespace {

// The library counts in int, and leaves inverting the bits to its caller.
std::uint32_t crc32c(std::uint32_t before, const unsigned char* data, std::size_t length) {
    constexpr std::size_t most_at_once = 1 << 30;
    auto sum = ~before;
    while (length > 0) {
        const auto n = std::min(length, most_at_once);
        sum = ::crc32_iscsi(const_cast<unsigned char*>(data), static_cast<int>(n), sum);
        data += n;
        length -= n;
    }
    return ~sum;
}

} // namespace

std::uint64_t crc(crc_kind kind, std::uint64_t before, const void* data, std::size_t length) {
    const auto* const bytes = static_cast<const unsigned char*>(data);
    switch (kind) {
    case crc_kind::crc32:
        return ::crc32_gzip_refl(static_cast<std::uint32_t>(before), bytes, length);
    case crc_kind::crc32c:
        return crc32c(static_cast<std::uint32_t>(before), bytes, length);
    case crc_kind::crc64:
        return crc64(before, data, length);
    case crc_kind::crc64nvme:
        break;
    }
    return crc64nvme(before, data, length);
}

} // namespace objftpd::storage
