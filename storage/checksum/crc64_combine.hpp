#pragma once

#include <cstdint>

namespace objftpd::storage {

/// The CRC-64/XZ of two runs of bytes one behind the other, from the checksum of each and the
/// second one's length in bytes.
std::uint64_t crc64_combine(std::uint64_t first, std::uint64_t second, std::uint64_t second_length);

} // namespace objftpd::storage
