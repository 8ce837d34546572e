// The daemon begins here: command line -> serve() -> gateway (listeners, I/O threads) ->
// session (one client) -> commands/command_table.cpp (one handler for each verb) ->
// storage/virtual_filesystem.hpp -> storage/adapter.hpp (one for each kind of store).
#include "server/cli/command_line.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/health.hpp"
#include "server/cli/subcommands.hpp"
#include "server/serve.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    using namespace objftpd::server;
    try {
        int exit_code = cli::exit_code::ok;
        const auto line = cli::parse_command_line(argc, argv, exit_code);
        if (!line)
            return exit_code;
        switch (line->command) {
        case cli::command::serve:
            return serve(*line);
        case cli::command::check_config:
            return cli::run_check_config(*line);
        case cli::command::passwd:
            return cli::run_passwd();
        case cli::command::reference_config:
            return cli::run_reference_config();
        case cli::command::health:
            return cli::run_health(*line);
        }
    } catch (const std::exception& e) {
        std::cerr << "objftpd: " << e.what() << "\n";
    }
    return cli::exit_code::internal;
}
