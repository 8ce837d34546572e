#pragma once

#include "server/cli/command_line.hpp"

#include <string>
#include <vector>

/// Commands that do their work and end. Each returns the process's exit code.
namespace objftpd::server::cli {

/// Prints "ok: 2 users, 1 store" (0), or every problem on a line of its own (78).
int run_check_config(const command_line& line);

/// Prints the argon2id hash of a password and nothing else to standard output. At a terminal it
/// asks twice without echo; otherwise the first line of standard input is the password.
int run_passwd();

/// Prints the reference configuration.
int run_reference_config();

/// Every problem on a line of standard error, and how many there are when more than one.
void print_problems(const std::vector<config::problem>& problems);

} // namespace objftpd::server::cli
