#pragma once

#include "server/cli/command_line.hpp"

#include <chrono>

namespace objftpd::server::cli {

/// Whether a server lives, and its own words or what kept it from saying them.
struct health {
    bool alive = false;
    std::string answer; // "220 objftpd ready." or "Connection refused"
};

/// Connects as a client of this machine would, with TLS where it comes first, and listens to what
/// the server says; each step may take `patience`. An address that stands for all ("0.0.0.0")
/// is asked on loopback. No login, no command.
///
/// A server that is full (421) is alive: what restarts the sick would end the sessions that it
/// serves. Before implicit TLS it cannot say so and looks dead, as does one that demands a client
/// certificate there.
health health_of(const config::listener_address& where,
                 std::chrono::seconds patience = std::chrono::seconds(5));

/// Asks the server that runs with this configuration, at its first ftp:// address or, where there
/// is none, at its first ftps:// one: 0 when it lives, 69 when not.
int run_health(const command_line& line);

} // namespace objftpd::server::cli
