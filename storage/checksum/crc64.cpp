#include "storage/checksum/crc64.hpp"

#include <isa-l/crc64.h>

namespace objftpd::storage {

std::uint64_t crc64(std::uint64_t crc, const void* data, std::size_t length) {
    return ::crc64_ecma_refl(crc, static_cast<const unsigned char*>(data), length);
}

} // namespace objftpd::storage
