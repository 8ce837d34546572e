#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

namespace objftpd::storage::local {

/// The calling disk thread's own buffer, for what it moves within one turn; small enough to stay
/// in a core's own cache.
inline std::span<char> thread_buffer() {
    constexpr std::size_t size = 256 << 10;
    thread_local const auto buffer = std::make_unique<std::array<char, size>>();
    return *buffer;
}

} // namespace objftpd::storage::local
