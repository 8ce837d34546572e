#pragma once

#include "config/result.hpp"
#include "config/settings.hpp"
#include "server/protocol/reply.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::server {

class session;

/// Carries out one command and returns its last reply (code 0: it has been sent already). The
/// columns of the command's row have been checked before. Never throws.
using handler = awaitable<reply> (*)(session&, std::string argument);

enum class argument { none, optional, required };
enum class phase { any, logged_in };

/// What a command does to a transfer that runs, and whether it is one itself.
enum class during_operation {
    waits,       ///< its turn comes when the operation has ended
    runs,        ///< is answered at once, beside the operation
    asks,        ///< is an operation; a client that has closed its sending side is answered yet
    is_long,     ///< is an operation, which is aborted when the control connection ends
    is_transfer, ///< is one that uses up PASV or PORT, and REST
};

/// Whether what RNFR remembered outlives the command.
enum class keeps_state { no, yes };

/// One row: everything a command must meet before its handler runs.
struct command_spec {
    std::string_view verb;
    handler run;
    argument takes;
    phase when;
    std::optional<config::right> needs;
    during_operation during;
    std::string_view help; // its syntax
    keeps_state state = keeps_state::no;
    bool secret = false; // the argument never shows in a log

    std::string verb_text() const { return std::string(verb); }
};

/// The row of a verb in upper case, or null.
const command_spec* find_command(std::string_view verb);

/// All rows in alphabetical order.
std::span<const command_spec> all_commands();

/// The verbs of a table in columns, for HELP.
template <class Rows>
std::vector<std::string> verbs_in_lines(const Rows& rows) {
    constexpr std::size_t column = 9;
    constexpr std::size_t width = 72;
    std::vector<std::string> lines;
    for (const auto& row : rows) {
        if (lines.empty() || lines.back().size() >= width)
            lines.emplace_back();
        lines.back() += row.verb;
        lines.back().append(column - row.verb.size(), ' ');
    }
    return lines;
}

} // namespace objftpd::server
