#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Sizes and durations as people write them in the configuration. Strict: a whole number, at
/// most one space, one of the known units; no sign, no fraction, no overflow. What is not of
/// that form is nullopt, never a guess.
namespace objftpd::config {

/// "8 MiB", "64KiB", "1 GB", "512" (bytes). Units: B; kB, KB, MB, GB, TB (powers of 1000);
/// KiB, MiB, GiB, TiB (powers of 1024).
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "500 ms", "30 s", "5 min", "1 h", "7 d", "30" (seconds).
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The largest unit that divides evenly: 65536 is "64 KiB", 1000 is "1000 B".
std::string format_size(std::uint64_t bytes);

/// The largest unit that divides evenly: 90 s is "90 s", 120 s is "2 min".
std::string format_duration(std::chrono::milliseconds duration);

} // namespace objftpd::config
