#pragma once

#include <cstddef>
#include <cstdint>

namespace objftpd::storage {

/// The cyclic checksums that stores keep. All are reflected, and begin and end with all bits
/// inverted.
enum class crc_kind {
    crc32,     // zlib's (IEEE 802.3), what XCRC means
    crc32c,    // Castagnoli's, of iSCSI
    crc64,     // CRC-64/XZ (ECMA-182): storage/checksum/crc64.hpp
    crc64nvme, // of NVM Express, which Amazon gives an object that came with none
};

/// Goes on from `before`, which is 0 for the first bytes, as crc64() does.
std::uint64_t crc(crc_kind kind, std::uint64_t before, const void* data, std::size_t length);

/// How many bits it has.
constexpr unsigned bits_of(crc_kind kind) {
    return kind == crc_kind::crc32 || kind == crc_kind::crc32c ? 32 : 64;
}

} // namespace objftpd::storage
