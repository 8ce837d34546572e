#pragma once

#include "config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace objftpd::config {

/// One mistake in the configuration. `line` and `column` start at 1; 0 where there is none
/// (an option that is missing, or one given on the command line).
struct problem {
    std::string file;
    int line = 0;
    int column = 0;
    std::string key;  // "server.passive_ports", "user[2].mount[1].bucket", counted from 1
    std::string text; // what is wrong, what is allowed, the nearest valid key
};

/// "objftpd.toml:12:3: server.pasive_ports: unknown key; did you mean passive_ports?"
std::string to_string(const problem& p);

/// Either settings that passed every check, or all problems at once.
struct load_result {
    settings value;
    std::vector<problem> problems;
    explicit operator bool() const { return problems.empty(); }
};

/// Reads and checks one TOML file, and the secret files and environment variables it names.
/// Relative paths in it are taken from the file's own folder.
load_result load_file(const std::string& path);

/// The same for a text; `name` stands for the file in problems, `folder` is where relative
/// paths begin.
load_result load_text(std::string_view text, const std::string& name, const std::string& folder);

/// What `objftpd serve` takes on the command line in place of a file.
struct quick_start {
    std::string store;               // "local:./data"
    std::vector<std::string> listen; // "ftp://127.0.0.1:2048"
    std::string user;
    std::string password_file; // its first line is the password, in clear, or an argon2id hash
    std::string state;
    bool allow_plain_off_loopback = false;
};

/// Turns the quick start into the same TOML that a file would hold and loads it, so that both
/// go through one set of checks. Hashes the password: takes as long as one login.
load_result load_quick_start(const quick_start& options);

/// The reference configuration: every option with its meaning, default and unit, as TOML.
std::string reference_configuration();

} // namespace objftpd::config
