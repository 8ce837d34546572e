#pragma once

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

} // namespace objftpd::tests
