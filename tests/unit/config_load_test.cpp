#include "config/load.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

config::settings load(const std::string& text) {
    const auto loaded = config::load_text(text, "f", "/etc/objftpd");
    for (const auto& p : loaded.problems)
        FAIL_CHECK(to_string(p));
    return loaded.value;
}

} // namespace

TEST_CASE("what a small configuration does not say has a safe default") {
    const auto s = load(small_configuration);

    CHECK(s.server.passive_ports.first == 50000);
    CHECK(s.server.passive_ports.last == 50999);
    CHECK(s.server.greeting == "objftpd ready.");
    const auto& listener = s.listeners.at(0);
    CHECK(listener.plain_login == config::plain_policy::on_loopback);
    CHECK(listener.plain_data == config::plain_policy::on_loopback);
    CHECK(listener.session_reuse == config::session_reuse::prefer);
    CHECK(listener.require_close_notify);
    CHECK(listener.client_certificate == config::client_certificate::off);
    CHECK_FALSE(listener.auth_ssl);
    CHECK_FALSE(listener.ccc);
    CHECK(listener.passive_address.empty());
    CHECK(listener.active_mode);
    CHECK(s.tls.minimum_version == config::tls_version::tls1_2);
    CHECK(s.tls.handshake_timeout == 10s);
    CHECK(s.certificates.empty());
    CHECK(s.server.io_threads == 0);
    CHECK(s.server.disk_threads == 16);
    CHECK(s.server.hash_threads == 2);
    CHECK(s.server.max_sessions == 2000);
    CHECK(s.server.max_sessions_per_address == 500);
    CHECK(s.server.max_unauthenticated == 200);
    CHECK(s.server.max_command_length == 4096);
    CHECK(s.server.max_pending_commands == 32);
    CHECK(s.server.max_login_attempts == 3);
    CHECK(s.server.max_login_failures_per_address == 20);
    CHECK(s.server.login_failure_window == 10min);
    CHECK(s.server.login_ban == 10min);
    CHECK(s.server.login_failure_delay == 500ms);
    CHECK(s.server.login_timeout == 60s);
    CHECK(s.server.idle_timeout == 300s);
    CHECK(s.server.passive_timeout == 30s);
    CHECK(s.server.active_timeout == 10s);
    CHECK(s.server.stall_timeout == 120s);
    CHECK(s.server.drain_timeout == 30s);
    CHECK(s.log.level == config::log_level::info);
    CHECK(s.log.file.empty());
    CHECK(s.stores.at(0).durability == config::durability::fsync);

    const auto& user = s.users.at(0);
    CHECK(user.rights == config::all_rights);
    CHECK(user.home == "/");
    CHECK(user.max_sessions == 0);
    CHECK(user.ascii == config::ascii_policy::binary);
    CHECK(user.charset == config::charset::utf8);
    CHECK(user.set_time == config::set_time_policy::apply);
    CHECK(user.chmod == config::chmod_policy::ignore);
    CHECK(user.mkd_existing == config::existing_directory::refuse);
    CHECK_FALSE(user.strict_parents);
    CHECK(user.mounts.at(0).prefix.empty());
    CHECK_FALSE(user.mounts.at(0).read_only);
}

TEST_CASE("every kind of option is read") {
    const auto s = load(R"(state = "/var/lib/objftpd"
[server]
greeting = "Welcome to the archive"
passive_ports = "40000-40009"
max_sessions = 10
max_command_length = "2 KiB"
login_failure_delay = "1500 ms"
idle_timeout = 600
[[listener]]
addresses = ["ftp://0.0.0.0", "ftp://[::]:2121/"]
plain_login = "allow"
plain_data = "refuse"
session_reuse = "require"
require_close_notify = false
client_certificate = "optional"
auth_ssl = true
ccc = true
passive_address = "203.0.113.7"
active_mode = false
[[listener]]
addresses = ["ftps://[::]"]
[tls]
minimum_version = "1.3"
client_ca_file = "ca.pem"
expiry_warning = "30 d"
[[certificate]]
chain_file = "/etc/tls/chain.pem"
key_file = "key.pem"
[log]
level = "debug"
file = "log/objftpd.log"
[[store]]
name = "main"
type = "local"
path = "/srv/ftp/"
durability = "none"
[[user]]
name = "Ännchen von Tharau"
password_hash = ")" + some_hash +
                        R"("
rights = ["list", "read", "set_attributes"]
home = "/in/scans/"
charset = "gbk"
max_sessions = 3
[[user.mount]]
path = "/in/"
store = "main"
bucket = "files"
prefix = "/2026/in"
[[user.mount]]
path = "/out"
store = "main"
bucket = "outbox"
read_only = true
[[user]]
name = "drop"
password_hash = ")" + some_hash +
                        R"("
rights = "upload-only"
mount = [{path = "/", store = "main", bucket = "in"}]
)");

    CHECK(s.state_directory == "/var/lib/objftpd");
    REQUIRE(s.listeners.size() == 2);
    const auto& first = s.listeners[0];
    REQUIRE(first.addresses.size() == 2);
    CHECK(first.addresses[0].host == "0.0.0.0");
    CHECK(first.addresses[0].port == 21);
    CHECK(first.addresses[1].host == "::");
    CHECK(first.addresses[1].port == 2121);
    CHECK(first.plain_login == config::plain_policy::allow);
    CHECK(first.plain_data == config::plain_policy::refuse);
    CHECK(first.session_reuse == config::session_reuse::require);
    CHECK_FALSE(first.require_close_notify);
    CHECK(first.client_certificate == config::client_certificate::optional);
    CHECK(first.auth_ssl);
    CHECK(first.ccc);
    CHECK(first.passive_address == "203.0.113.7");
    CHECK_FALSE(first.active_mode);
    const auto& implicit = s.listeners[1].addresses.at(0);
    CHECK(implicit.scheme == config::listener_scheme::ftps);
    CHECK(implicit.port == 990);
    CHECK(s.tls.minimum_version == config::tls_version::tls1_3);
    CHECK(s.tls.client_ca_file == "/etc/objftpd/ca.pem");
    CHECK(s.tls.expiry_warning == std::chrono::hours(24 * 30));
    REQUIRE(s.certificates.size() == 1);
    CHECK(s.certificates[0].chain_file == "/etc/tls/chain.pem");
    CHECK(s.certificates[0].key_file == "/etc/objftpd/key.pem");
    CHECK(s.server.greeting == "Welcome to the archive");
    CHECK(s.server.passive_ports.first == 40000);
    CHECK(s.server.passive_ports.last == 40009);
    CHECK(s.server.max_sessions == 10);
    CHECK(s.server.max_command_length == 2048);
    CHECK(s.server.login_failure_delay == 1500ms);
    CHECK(s.server.idle_timeout == 600s);
    CHECK(s.log.level == config::log_level::debug);
    CHECK(s.stores.at(0).durability == config::durability::none);

    REQUIRE(s.users.size() == 2);
    CHECK(s.users[0].name == "Ännchen von Tharau");
    using config::right;
    CHECK(s.users[0].rights ==
          (static_cast<config::rights>(right::list) | static_cast<config::rights>(right::read) |
           static_cast<config::rights>(right::set_attributes)));
    CHECK(s.users[0].home == "/in/scans");
    CHECK(s.users[0].charset == config::charset::gbk);
    CHECK(s.users[0].max_sessions == 3);
    REQUIRE(s.users[0].mounts.size() == 2);
    CHECK(s.users[0].mounts[0].path == "/in");
    CHECK(s.users[0].mounts[0].prefix == "2026/in/");
    CHECK(s.users[0].mounts[1].read_only);
    CHECK(s.users[1].rights ==
          (static_cast<config::rights>(right::list) | static_cast<config::rights>(right::create) |
           static_cast<config::rights>(right::make_directory)));
}

TEST_CASE("relative paths begin in the configuration's own folder") {
    const auto s = load(with(small_configuration, "level = \"info\"", "file = \"../log\""));
    CHECK(s.state_directory == "/etc/objftpd/state");
    CHECK(s.stores.at(0).path == "/etc/objftpd/data");
    CHECK(s.log.file == "/etc/log");
}

TEST_CASE("a file is read like its text, and a missing one is a problem, not an exception") {
    const temporary_folder folder;
    const auto file = folder.file("objftpd.toml", small_configuration);
    const auto loaded = config::load_file(file);
    REQUIRE(loaded);
    CHECK(loaded.value.stores.at(0).path == (folder.path() / "data").string());

    const auto text_of = [](const config::load_result& result) {
        REQUIRE(result.problems.size() == 1);
        return to_string(result.problems[0]);
    };
    const auto missing = (folder.path() / "missing.toml").string();
    CHECK(text_of(config::load_file(missing)) ==
          missing + ": cannot be read: No such file or directory");
    CHECK(text_of(config::load_file(folder.path().string())) ==
          folder.path().string() + ": cannot be read: Is a directory");
    CHECK_FALSE(config::load_file(folder.file("empty.toml", "")));
}
