#pragma once

#include "storage/checksum/crc.hpp"

namespace objftpd::storage {

/// The checksum of two runs of bytes one behind the other, from the checksum of each and the
/// second one's length in bytes.
std::uint64_t crc_combine(crc_kind kind, std::uint64_t first, std::uint64_t second,
                          std::uint64_t second_length);

} // namespace objftpd::storage
