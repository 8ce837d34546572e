#pragma once

#include <cstddef>
#include <cstdint>

namespace objftpd::storage {

/// CRC-64/XZ (ECMA-182, reflected), as OSS reports it in x-oss-hash-crc64ecma. Goes on from
/// `crc`, which is 0 for the first bytes: crc64(crc64(0, a), b) is the checksum of a and b.
std::uint64_t crc64(std::uint64_t crc, const void* data, std::size_t length);

} // namespace objftpd::storage
