#include "server/cli/command_line.hpp"

#include "server/cli/exit_code.hpp"
#include "server/tls/tls_service.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <map>
#include <memory>

namespace objftpd::server::cli {
namespace {

constexpr const char* description =
    "objftpd: an FTP server in front of object stores.\n"
    "\n"
    "Without a command it serves. Without --config and --store it reads ./objftpd.toml; when\n"
    "that does not exist either, serve makes one with a user of a random password.\n";

constexpr const char* notes =
    "Examples:\n"
    "  objftpd\n"
    "  objftpd --config /etc/objftpd/objftpd.toml\n"
    "  objftpd serve --store local:./data --user alice --password-file alice.password\n"
    "  objftpd check-config && systemctl restart objftpd\n"
    "\n"
    "Signals: SIGTERM and SIGINT let running transfers finish (server.drain_timeout), a second\n"
    "one ends at once.\n"
    "\n"
    "Exit codes: 0 fine, 64 wrong command line, 69 an address or a store is not available,\n"
    "70 internal error, 73 a file cannot be made, 74 input or output failed, 78 wrong\n"
    "configuration (sysexits.h).";

// What is needed or excluded is said by the errors; in --help it would bury the rest.
class help_format : public CLI::Formatter {
public:
    std::string make_option_opts(const CLI::Option* option) const override {
        return option->get_type_name().empty() ? "" : " " + option->get_type_name();
    }
};

/// The parser with the places its options write to; both live and die together.
class parser {
public:
    parser() {
        app_.footer(notes);
        app_.set_version_flag("--version", "objftpd " OBJFTPD_VERSION);
        app_.require_subcommand(0, 1);
        app_.fallthrough();
        const auto format = std::make_shared<help_format>();
        format->column_width(32);
        app_.formatter(format);
        app_.set_help_flag("-h,--help", "Show this help");
        app_.get_option("--version")->description("Show the version");

        add_common();
        add_quick_start();
        serve_ = app_.add_subcommand("serve", "Serve FTP (the default)");
        check_ = app_.add_subcommand("check-config",
                                     "Check the configuration and list all mistakes in it");
        passwd_ = app_.add_subcommand(
            "passwd", "Hash a password for the configuration; asks for it, or reads a pipe");
        reference_ = app_.add_subcommand("reference-config",
                                         "Print the reference configuration: every option");
        health_ = app_.add_subcommand(
            "health", "Ask the server that runs with this configuration whether it lives");
    }

    void parse(int argc, const char* const* argv) {
        app_.parse(argc, argv);
        // CLI11's own needs() would name either of them first.
        for (const auto* const needed : {user_, password_})
            if (store_->count() > 0 && needed->count() == 0)
                throw CLI::RequiresError(store_->get_name(), needed->get_name());
    }

    CLI::App& app() { return app_; }

    command_line result() const {
        command_line line;
        if (check_->parsed())
            line.command = command::check_config;
        else if (passwd_->parsed())
            line.command = command::passwd;
        else if (reference_->parsed())
            line.command = command::reference_config;
        else if (health_->parsed())
            line.command = command::health;
        line.config_file = config_file_;
        line.log_level = level_;
        if (app_.count("--store") > 0)
            line.quick = quick_;
        return line;
    }

private:
    void add_common() {
        using config::log_level;
        static const std::map<std::string, log_level> levels{
            {"trace", log_level::trace},     {"debug", log_level::debug}, {"info", log_level::info},
            {"warning", log_level::warning}, {"error", log_level::error}, {"off", log_level::off}};
        app_.add_option("-c,--config", config_file_, "Configuration file; default: ./objftpd.toml")
            ->type_name("FILE")
            ->check([](const std::string& file) { return file.empty() ? "needs a file" : ""; });
        app_.add_option_function<std::string>(
                "--log-level", [this](const std::string& name) { level_ = levels.at(name); },
                "trace, debug, info, warning, error or off;\ntakes the place of the file's")
            ->type_name("LEVEL")
            ->check([](const std::string& name) {
                return levels.contains(name) ? ""
                                             : "expects trace, debug, info, warning, error or off";
            });
    }

    void add_quick_start() {
        const std::string group = "Quick start without a file";
        auto* const store =
            app_.add_option("--store", quick_.store,
                            "Where files lie: local:FOLDER (in its bucket \"files\"), or\n"
                            "s3://BUCKET/PREFIX?endpoint=HOST, or the same with oss://;\n"
                            "keys come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,\n"
                            "or OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET")
                ->type_name("URL")
                ->group(group)
                ->excludes("--config");
        const auto add = [&](const char* name, auto& target, const char* type, const char* text) {
            return app_.add_option(name, target, text)->type_name(type)->group(group)->needs(store);
        };
        auto* const user = add("--user", quick_.user, "NAME", "The one user");
        auto* const password = add("--password-file", quick_.password_file, "FILE",
                                   "Its first line is the password, or an argon2id hash;\n"
                                   "nobody else may read it");
        add("--listen", quick_.listen, "URL",
            "An address, may be repeated; ftps://: implicit TLS;\n"
            "default: ftp://127.0.0.1:2048 and ftp://[::1]:2048")
            ->allow_extra_args(false);
        add("--state", quick_.state, "FOLDER", "The server's own files; default: ./state");
        app_.add_flag("--allow-plain-off-loopback", quick_.allow_plain_off_loopback,
                      "Logins and files may cross the network\nwithout TLS")
            ->group(group)
            ->needs(store);
        store_ = store;
        user_ = user;
        password_ = password;
    }

    CLI::App app_{description, "objftpd"};
    CLI::Option* store_ = nullptr;
    CLI::Option* user_ = nullptr;
    CLI::Option* password_ = nullptr;
    CLI::App* serve_ = nullptr;
    CLI::App* check_ = nullptr;
    CLI::App* passwd_ = nullptr;
    CLI::App* reference_ = nullptr;
    CLI::App* health_ = nullptr;
    std::string config_file_;
    std::optional<config::log_level> level_;
    config::quick_start quick_;
};

} // namespace

std::optional<command_line> parse_command_line(int argc, const char* const* argv, int& exit_code) {
    parser p;
    try {
        p.parse(argc, argv);
        auto line = p.result();
        if (line.quick && line.quick->listen.empty())
            line.quick->listen = {"ftp://127.0.0.1:2048", "ftp://[::1]:2048"};
        if (line.quick && line.quick->state.empty())
            line.quick->state = "state";
        return line;
    } catch (const CLI::Success& asked) {
        exit_code = p.app().exit(asked, std::cout, std::cerr);
    } catch (const CLI::ParseError& mistake) {
        std::cerr << "objftpd: " << mistake.what() << "\nRun objftpd --help for more.\n";
        exit_code = exit_code::usage;
    }
    return std::nullopt;
}

std::string help_text() {
    return parser().app().help();
}

config::load_result load_configuration(const command_line& line) {
    auto loaded = line.quick ? config::load_quick_start(*line.quick)
                             : config::load_file(line.config_file.empty() ? default_config_file
                                                                          : line.config_file);
    if (line.log_level)
        loaded.value.log.level = *line.log_level;
    if (loaded)
        loaded.problems = tls_service::check(
            loaded.value,
            line.quick ? "command line"
                       : (line.config_file.empty() ? default_config_file : line.config_file));
    return loaded;
}

} // namespace objftpd::server::cli
