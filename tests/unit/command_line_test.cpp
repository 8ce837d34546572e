#include "config/password_hash.hpp"
#include "server/cli/command_line.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/first_run.hpp"
#include "server/cli/health.hpp"
#include "server/cli/subcommands.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <iostream>
#include <sstream>

using namespace objftpd;
using namespace objftpd::server;
using namespace objftpd::tests;

namespace {

/// What goes to a standard stream for as long as this lives.
class captured {
public:
    explicit captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf()) {
        stream.rdbuf(text_.rdbuf());
    }
    ~captured() { stream_.rdbuf(before_); }
    captured(const captured&) = delete;
    captured& operator=(const captured&) = delete;
    std::string text() const { return text_.str(); }

private:
    std::ostream& stream_;
    std::streambuf* before_;
    std::ostringstream text_;
};

struct outcome {
    std::optional<cli::command_line> line;
    int exit_code = -1;
    std::string out;
    std::string err;
};

outcome parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "objftpd");
    const captured out(std::cout);
    const captured err(std::cerr);
    outcome o;
    o.line =
        cli::parse_command_line(static_cast<int>(arguments.size()), arguments.data(), o.exit_code);
    o.out = out.text();
    o.err = err.text();
    return o;
}

} // namespace

TEST_CASE("without a word the server serves, and each command is one word") {
    const std::vector<std::pair<std::vector<const char*>, cli::command>> rows{
        {{}, cli::command::serve},
        {{"serve"}, cli::command::serve},
        {{"check-config"}, cli::command::check_config},
        {{"passwd"}, cli::command::passwd},
        {{"reference-config"}, cli::command::reference_config},
        {{"health"}, cli::command::health},
    };
    for (const auto& [arguments, command] : rows) {
        const auto parsed = parse(arguments);
        REQUIRE(parsed.line);
        CHECK(parsed.line->command == command);
        CHECK(parsed.line->config_file.empty());
        CHECK_FALSE(parsed.line->log_level);
        CHECK_FALSE(parsed.line->quick);
    }
}

TEST_CASE("options may stand before or behind the command") {
    for (const auto& arguments : std::vector<std::vector<const char*>>{
             {"--config", "f.toml", "--log-level", "debug", "check-config"},
             {"check-config", "--config", "f.toml", "--log-level=debug"},
             {"check-config", "-c", "f.toml", "--log-level", "debug"}}) {
        const auto parsed = parse(arguments);
        REQUIRE(parsed.line);
        CHECK(parsed.line->command == cli::command::check_config);
        CHECK(parsed.line->config_file == "f.toml");
        CHECK(parsed.line->log_level == config::log_level::debug);
    }
}

TEST_CASE("a quick start is given by options, with loopback listeners unless others are named") {
    const auto small =
        parse({"serve", "--store", "local:./data", "--user", "alice", "--password-file", "f"});
    REQUIRE(small.line);
    REQUIRE(small.line->quick);
    CHECK(small.line->quick->store == "local:./data");
    CHECK(small.line->quick->user == "alice");
    CHECK(small.line->quick->password_file == "f");
    CHECK(small.line->quick->listen ==
          std::vector<std::string>{"ftp://127.0.0.1:2048", "ftp://[::1]:2048"});
    CHECK(small.line->quick->state == "state");
    CHECK_FALSE(small.line->quick->allow_plain_off_loopback);

    const auto full = parse({"--store", "local:./data", "--listen", "ftp://0.0.0.0:21", "--listen",
                             "ftp://[::]:21", "--user", "alice", "--password-file", "f", "--state",
                             "/var/s", "--allow-plain-off-loopback", "serve"});
    REQUIRE(full.line);
    REQUIRE(full.line->quick);
    CHECK(full.line->quick->listen ==
          std::vector<std::string>{"ftp://0.0.0.0:21", "ftp://[::]:21"});
    CHECK(full.line->quick->state == "/var/s");
    CHECK(full.line->quick->allow_plain_off_loopback);
}

TEST_CASE("a wrong command line is told on standard error, with exit code 64") {
    const std::string hint = "\nRun objftpd --help for more.\n";
    const std::vector<std::pair<std::vector<const char*>, std::string>> rows{
        {{"--bogus"}, "objftpd: The following argument was not expected: --bogus"},
        {{"bogus"}, "objftpd: The following argument was not expected: bogus"},
        {{"--config", ""}, "objftpd: --config: needs a file"},
        {{"--log-level", "loud"},
         "objftpd: --log-level: expects trace, debug, info, warning, error or off"},
        {{"--store", "local:d"}, "objftpd: --store requires --user"},
        {{"--user", "alice"}, "objftpd: --user requires --store"},
        {{"--listen", "ftp://[::1]:1"}, "objftpd: --listen requires --store"},
        {{"--store", "local:d", "--user", "a", "--password-file", "f", "--config", "c"},
         "objftpd: --config excludes --store"},
    };
    for (const auto& [arguments, message] : rows) {
        const auto parsed = parse(arguments);
        CHECK_FALSE(parsed.line);
        CHECK(parsed.exit_code == 64);
        CHECK(parsed.out.empty());
        CHECK(parsed.err == message + hint);
    }
}

TEST_CASE("help and version go to standard output, with exit code 0") {
    const auto version = parse({"--version"});
    CHECK_FALSE(version.line);
    CHECK(version.exit_code == 0);
    CHECK(version.out == "objftpd " OBJFTPD_VERSION "\n");

    const auto help = parse({"--help"});
    CHECK_FALSE(help.line);
    CHECK(help.exit_code == 0);
    CHECK(help.out == cli::help_text());
    for (const auto* const word :
         {"serve", "check-config", "passwd", "reference-config", "health", "--config", "--store",
          "--password-file", "Exit codes", "SIGTERM", "78"})
        CHECK_THAT(help.out, Catch::Contains(word));
    std::istringstream lines(help.out);
    for (std::string text; std::getline(lines, text);) {
        CAPTURE(text);
        CHECK(text.size() <= 100);
    }
}

TEST_CASE("check-config counts what is there, or lists every problem, with exit code 78") {
    const temporary_folder folder;
    cli::command_line line;
    line.command = cli::command::check_config;
    line.config_file = folder.file("good.toml", small_configuration);
    {
        const captured out(std::cout);
        CHECK(cli::run_check_config(line) == 0);
        CHECK(out.text() == "ok: 1 user, 1 store\n");
    }
    line.config_file = folder.file(
        "bad.toml", with(small_configuration, "level = \"info\"", "level = 1\nlvl = 2"));
    const captured err(std::cerr);
    CHECK(cli::run_check_config(line) == 78);
    CHECK(err.text() == line.config_file +
                            ":5:9: log.level: expects \"trace\", \"debug\", \"info\", "
                            "\"warning\", \"error\" or \"off\", not 1\n" +
                            line.config_file + ":6:1: log.lvl: unknown key; did you mean level?\n" +
                            "2 problems\n");
}

TEST_CASE("health asks the first ftp:// address, else the first ftps:// one, with exit code 69") {
    const temporary_folder folder;
    cli::command_line line;
    line.command = cli::command::health;
    // Nobody listens on these ports, which only root may.
    const std::vector<std::pair<std::string, std::string>> rows{
        {R"("ftps://127.0.0.1:1", "ftp://127.0.0.1:2", "ftp://127.0.0.1:3")", "ftp://127.0.0.1:2"},
        {R"("ftps://127.0.0.1:1", "ftps://127.0.0.1:2")", "ftps://127.0.0.1:1"},
    };
    for (const auto& [addresses, asked] : rows) {
        line.config_file =
            folder.file("f.toml", with(small_configuration, "\"ftp://127.0.0.1:2048\"", addresses));
        const captured err(std::cerr);
        CHECK(cli::run_health(line) == 69);
        CHECK(err.text() == "objftpd: " + asked + ": Connection refused\n");
    }
}

TEST_CASE("the log level of the command line takes the place of the file's") {
    const temporary_folder folder;
    cli::command_line line;
    line.config_file = folder.file("f.toml", small_configuration);
    CHECK(cli::load_configuration(line).value.log.level == config::log_level::info);
    line.log_level = config::log_level::trace;
    CHECK(cli::load_configuration(line).value.log.level == config::log_level::trace);
}

TEST_CASE("a first configuration has no problem, and stores its password as a hash only") {
    const temporary_folder folder;
    const auto file = (folder.path() / "objftpd.toml").string();
    const auto made = cli::make_first_configuration(file);
    REQUIRE(made.problem.empty());
    CHECK(made.user == "demo");

    const auto loaded = config::load_file(file);
    for (const auto& p : loaded.problems)
        FAIL_CHECK(to_string(p));
    REQUIRE(loaded.value.users.size() == 1);
    CHECK(config::verify_password(loaded.value.users[0].password_hash, made.password) ==
          config::password_match::yes);
    CHECK_THAT(content_of(file), !Catch::Contains(made.password));
    CHECK(loaded.value.stores.at(0).path == (folder.path() / "data").string());
    CHECK(loaded.value.state_directory == (folder.path() / "state").string());
    CHECK(loaded.value.listeners.at(0).addresses.at(0).port == 2048);

    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
}

TEST_CASE("a first configuration listens on IPv6 only where the machine has it") {
    for (const auto v6 : {cli::ipv6::absent, cli::ipv6::present}) {
        const auto loaded =
            config::load_text(cli::first_configuration("demo", some_hash, v6), "f", "/etc");
        REQUIRE(loaded);
        CHECK(loaded.value.listeners.at(0).addresses.size() == (v6 == cli::ipv6::present ? 2 : 1));
    }
}

TEST_CASE("a first configuration never replaces a file") {
    const temporary_folder folder;
    const auto file = folder.file("objftpd.toml", "mine");
    const auto made = cli::make_first_configuration(file);
    CHECK(made.problem == "cannot make " + file + ": File exists");
    CHECK(made.password.empty());
    CHECK(content_of(file) == "mine");
}
