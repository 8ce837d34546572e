#pragma once

/// How the process ends, for people, scripts and service managers: the codes of sysexits.h.
namespace objftpd::server::cli::exit_code {

inline constexpr int ok = 0;
inline constexpr int usage = 64;         // the command line is wrong
inline constexpr int unavailable = 69;   // an address cannot be listened on, a store not opened
inline constexpr int internal = 70;      // a bug
inline constexpr int cannot_create = 73; // a file could not be made
inline constexpr int io_error = 74;      // input or output failed
inline constexpr int config = 78;        // the configuration is wrong

} // namespace objftpd::server::cli::exit_code
