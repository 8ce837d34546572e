#pragma once

#include <cstddef>
#include <cstdint>

namespace objftpd::storage {

/// CRC-64/NVME, as S3 reports it in x-amz-checksum-crc64nvme. Goes on from `crc` as crc64() does.
std::uint64_t crc64nvme(std::uint64_t crc, const void* data, std::size_t length);

} // namespace objftpd::storage
