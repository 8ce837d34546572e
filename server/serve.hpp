#pragma once

#include "server/cli/command_line.hpp"

namespace objftpd::server {

/// The command `serve`: loads the configuration (making one on the first run), opens the
/// gateway, tells the operator where it is, and runs until a signal ends it. Returns the
/// process's exit code.
int serve(const cli::command_line& line);

} // namespace objftpd::server
