#pragma once

#include "config/load.hpp"

#include <optional>
#include <string>

namespace objftpd::server::cli {

enum class command { serve, check_config, passwd, reference_config, health };

/// What the user asked for.
struct command_line {
    cli::command command = command::serve;
    std::string config_file;                    // empty: not given
    std::optional<config::log_level> log_level; // takes the place of the file's
    std::optional<config::quick_start> quick;   // given with --store in place of a file
};

/// The file that is read when neither --config nor --store is given.
inline constexpr const char* default_config_file = "objftpd.toml";

/// Reads the command line. Nothing is returned when the process shall end at once, after --help,
/// --version (standard output) or a mistake (standard error): then `exit_code` is set.
std::optional<command_line> parse_command_line(int argc, const char* const* argv, int& exit_code);

/// The text of --help, for tests and documentation.
std::string help_text();

/// Loads what the command line names: the quick start, the given file or the default one, with
/// --log-level applied.
config::load_result load_configuration(const command_line& line);

} // namespace objftpd::server::cli
