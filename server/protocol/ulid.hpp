#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

namespace objftpd::server {

/// A name that nobody else makes (github.com/ulid/spec): 26 characters of Crockford's base 32, of
/// which the first 10 are the time in milliseconds, so names sort by it, and the others are random.
std::string make_ulid(std::chrono::system_clock::time_point now);

/// The same with these 80 bits in the place of chance.
std::string make_ulid(std::chrono::system_clock::time_point now,
                      const std::array<std::uint8_t, 10>& chance);

} // namespace objftpd::server
