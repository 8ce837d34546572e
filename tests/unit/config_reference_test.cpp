#include "config/load.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <sstream>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE("docs/objftpd.toml is the reference configuration of this version") {
    const auto file = std::filesystem::path(__FILE__).parent_path() / "../../docs/objftpd.toml";
    INFO("make it anew: objftpd reference-config > docs/objftpd.toml");
    const bool same = content_of(file) == config::reference_configuration();
    CHECK(same);
}

TEST_CASE("the reference configuration is valid but for the hash that everyone must make") {
    CHECK_THAT(problems_of(config::reference_configuration()),
               Catch::Matchers::Equals(
                   std::vector<std::string>{problems_of(config::reference_configuration()).at(0)}));
    CHECK_THAT(problems_of(config::reference_configuration()).at(0),
               Catch::EndsWith("user[1].password_hash: is not an argon2id hash; make one with "
                               "\"objftpd passwd\""));
}

TEST_CASE("what the reference configuration shows as default is what applies without it") {
    const auto shown = with(config::reference_configuration(), "(run: objftpd passwd)", some_hash);
    const auto full = config::load_text(shown, "f", "/etc");
    const auto small = config::load_text(small_configuration, "f", "/etc");
    REQUIRE(full);
    REQUIRE(small);
    CHECK(full.value.server.greeting == small.value.server.greeting);
    CHECK(full.value.listeners.at(0).session_reuse == small.value.listeners.at(0).session_reuse);
    CHECK(full.value.tls.handshake_timeout == small.value.tls.handshake_timeout);
    CHECK(full.value.server.idle_timeout == small.value.server.idle_timeout);
    CHECK(full.value.server.max_command_length == small.value.server.max_command_length);
    CHECK(full.value.users.at(0).rights == small.value.users.at(0).rights);
    CHECK(full.value.stores.at(0).path == small.value.stores.at(0).path);
    CHECK(full.value.state_directory == small.value.state_directory);
}

TEST_CASE("no line of the reference configuration is longer than a screen") {
    std::istringstream lines(config::reference_configuration());
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 100);
    }
}
