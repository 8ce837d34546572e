#pragma once

#include "storage/checksum/crc.hpp"

#include <cstdint>
#include <string>

namespace objftpd::tests {

/// Bytes of which other programs have told the checksums.
inline std::string counting_modulo_251(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(i % 251);
    return bytes;
}

inline const std::string digits = "123456789";
inline const std::string sentence = "This is a test of the emergency broadcast system.";

/// The checksum of `bytes`, which follow others with the checksum `before`.
inline std::uint64_t sum(storage::crc_kind kind, const std::string& bytes,
                         std::uint64_t before = 0) {
    return storage::crc(kind, before, bytes.data(), bytes.size());
}

} // namespace objftpd::tests
