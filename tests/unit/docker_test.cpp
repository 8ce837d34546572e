#include "config/load.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

std::string path_of(const std::string& name) {
    return std::filesystem::path(__FILE__).parent_path() / "../../docker" / name;
}

/// What an operator gives a container.
class operators_environment {
public:
    operators_environment() {
        ::setenv("FTP_PASSWORD_HASH", some_hash.c_str(), 1);
        ::setenv("AWS_ACCESS_KEY_ID", "id", 1);
        ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    }
    operators_environment(const operators_environment&) = delete;
    operators_environment& operator=(const operators_environment&) = delete;
    ~operators_environment() {
        for (const auto* const name :
             {"FTP_PASSWORD_HASH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"})
            ::unsetenv(name);
    }
};

config::settings settings_in(const std::string& name) {
    const operators_environment given;
    const auto loaded = config::load_file(path_of(name));
    for (const auto& p : loaded.problems)
        FAIL_CHECK(to_string(p));
    REQUIRE(loaded);
    return loaded.value;
}

constexpr auto both = {"", ".s3"};

} // namespace

TEST_CASE("the configurations for containers load") {
    CHECK(settings_in("objftpd.toml").stores.at(0).type == config::store_type::local);
    const auto s3 = settings_in("objftpd.s3.toml");
    CHECK(s3.stores.at(0).type == config::store_type::s3);
    CHECK(s3.stores.at(0).remote.region == "eu-central-1");
}

TEST_CASE("nobody gets into a container whose operator has given no password") {
    for (const std::string kind : both) {
        const auto loaded = config::load_file(path_of("objftpd" + kind + ".toml"));
        REQUIRE_FALSE(loaded);
        CHECK(loaded.problems.back().key == "user[1].password_hash_env");
    }
}

TEST_CASE("passwords and files do not leave a container in clear") {
    for (const std::string kind : both) {
        const auto listener = settings_in("objftpd" + kind + ".toml").listeners.at(0);
        CHECK(listener.plain_login == config::plain_policy::on_loopback);
        CHECK(listener.plain_data == config::plain_policy::on_loopback);
    }
}

TEST_CASE("a container publishes the ports that its configuration names") {
    const auto image = content_of(path_of("Dockerfile"));
    for (const std::string kind : both) {
        const auto settings = settings_in("objftpd" + kind + ".toml");
        const auto control = std::to_string(settings.listeners.at(0).addresses.at(0).port);
        const auto passive = std::to_string(settings.server.passive_ports.first) + "-" +
                             std::to_string(settings.server.passive_ports.last);
        CHECK_THAT(image, Catch::Contains("\nEXPOSE " + control + " " + passive + "\n"));
        const auto compose = content_of(path_of("compose" + kind + ".yaml"));
        for (const auto& ports : {control, passive})
            CHECK_THAT(compose, Catch::Contains(":-127.0.0.1}:" + ports + ":" + ports + "\""));
    }
}

TEST_CASE("a container has a volume where its configuration keeps files, and waits for transfers") {
    CHECK_THAT(content_of(path_of("Dockerfile")), Catch::Contains("\nVOLUME /var/lib/objftpd\n"));
    CHECK(settings_in("objftpd.toml").stores.at(0).path == "/var/lib/objftpd/data");
    for (const std::string kind : both) {
        const auto settings = settings_in("objftpd" + kind + ".toml");
        CHECK(settings.state_directory == "/var/lib/objftpd/state");
        // What aborted transfers need after the time they were given is on top.
        CHECK(settings.server.drain_timeout + std::chrono::seconds(10) < std::chrono::seconds(45));
        CHECK_THAT(content_of(path_of("compose" + kind + ".yaml")),
                   Catch::Contains(":/var/lib/objftpd\n") &&
                       Catch::Contains("\n    stop_grace_period: 45s\n"));
    }
}
