#pragma once

#include <cstdint>

namespace objftpd::tests {

/// Bytes.
inline constexpr std::uint64_t MiB = 1 << 20;

} // namespace objftpd::tests
