#pragma once

#include <cstdint>

namespace objftpd::oss_server {

/// The CRC-64/XZ of a text made of two, from the checksums of both and the second's length in
/// bytes.
std::uint64_t crc64_combine(std::uint64_t first, std::uint64_t second, std::uint64_t second_size);

} // namespace objftpd::oss_server
