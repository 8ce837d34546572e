#pragma once

#include "server/cli/command_line.hpp"

#include <string>

namespace objftpd::server::cli {

/// Whether the server is to make its own configuration: `serve` without --config and --store
/// in a folder without objftpd.toml.
bool is_first_run(const command_line& line);

struct first_run_result {
    std::string problem;  // empty: the file was made
    std::string user;     //
    std::string password; // stored nowhere but as a hash: to be shown once
};

/// Makes a short, commented configuration at `path`, readable by its owner only: the loopback
/// addresses, port 2048, an embedded store in ./data, and one user with a random password.
/// A file that exists is never replaced.
first_run_result make_first_configuration(const std::string& path);

/// The text of that file. `ipv6`: whether this machine has the address ::1.
enum class ipv6 { absent, present };
std::string first_configuration(const std::string& user, const std::string& password_hash, ipv6 v6);

} // namespace objftpd::server::cli
