#include "server/cli/subcommands.hpp"

#include "config/password_hash.hpp"
#include "server/cli/exit_code.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <optional>

namespace objftpd::server::cli {
namespace {

/// Switches the terminal's echo off for as long as it lives. Signals wait until it is on again.
class silent_terminal {
public:
    silent_terminal() {
        sigset_t waiting;
        ::sigemptyset(&waiting);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
            ::sigaddset(&waiting, signal);
        ::sigprocmask(SIG_BLOCK, &waiting, &mask_before_);
        ::tcgetattr(STDIN_FILENO, &before_);
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~silent_terminal() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    }
    silent_terminal(const silent_terminal&) = delete;
    silent_terminal& operator=(const silent_terminal&) = delete;

private:
    sigset_t mask_before_{};
    termios before_{};
};

std::optional<std::string> ask(const char* prompt) {
    const silent_terminal silent;
    std::cerr << prompt << std::flush;
    std::string line;
    const bool read = static_cast<bool>(std::getline(std::cin, line));
    std::cerr << "\n";
    return read ? std::optional(line) : std::nullopt;
}

// The password, or nothing after a message.
std::optional<std::string> read_password() {
    std::optional<std::string> password;
    if (::isatty(STDIN_FILENO) != 0) {
        password = ask("Password: ");
        if (password && !password->empty() && ask("Again: ") != password) {
            std::cerr << "objftpd: the two passwords differ\n";
            return std::nullopt;
        }
    } else if (std::string line; std::getline(std::cin, line)) {
        if (line.ends_with('\r'))
            line.pop_back();
        password = line;
    }
    if (!password || password->empty()) {
        std::cerr << "objftpd: no password was given\n";
        return std::nullopt;
    }
    return password;
}

std::string counted(std::size_t number, const std::string& thing) {
    return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

int flushed() {
    std::cout.flush();
    return std::cout ? exit_code::ok : exit_code::io_error;
}

} // namespace

int run_check_config(const command_line& line) {
    const auto loaded = load_configuration(line);
    if (!loaded) {
        print_problems(loaded.problems);
        return exit_code::config;
    }
    std::cout << "ok: " << counted(loaded.value.users.size(), "user") << ", "
              << counted(loaded.value.stores.size(), "store") << "\n";
    return flushed();
}

int run_passwd() {
    const auto password = read_password();
    if (!password)
        return exit_code::io_error;
    std::cout << config::hash_password(*password) << "\n";
    return flushed();
}

int run_reference_config() {
    std::cout << config::reference_configuration();
    return flushed();
}

void print_problems(const std::vector<config::problem>& problems) {
    for (const auto& p : problems)
        std::cerr << to_string(p) << "\n";
    if (problems.size() > 1)
        std::cerr << counted(problems.size(), "problem") << "\n";
}

} // namespace objftpd::server::cli
