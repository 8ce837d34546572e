#include "config/log.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <regex>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE("an event is one line with time, level, name and fields") {
    const temporary_folder folder;
    const auto file = (folder.path() / "log").string();
    config::log::open({config::log_level::info, file});
    config::log::info("login", {{"user", "alice"}, {"session", 7}, {"agent", "a\nb \"c\""}});
    config::log::debug("unseen");
    CHECK(config::log::enabled(config::log_level::info));
    CHECK_FALSE(config::log::enabled(config::log_level::debug));
    config::log::error("plain");
    config::log::close();

    CHECK(std::regex_match(
        content_of(file),
        std::regex(
            R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info login user=alice session=7 )"
            R"(agent="a\\nb \\"c\\""\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z error plain\n)")));
}

TEST_CASE("a log file is appended to and closed to others") {
    const temporary_folder folder;
    const auto file = (folder.path() / "log").string();
    for (int run = 0; run < 2; ++run) {
        config::log::open({config::log_level::info, file});
        config::log::info("started");
        config::log::close();
    }
    const auto lines = content_of(file);
    CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    CHECK((status.st_mode & 0007) == 0);
}

TEST_CASE("a log file that cannot be opened is an error of the start") {
    const temporary_folder folder;
    const auto file = (folder.path() / "missing/log").string();
    CHECK_THROWS_WITH(config::log::open({config::log_level::info, file}),
                      "cannot open the log file " + file + ": No such file or directory");
}

TEST_CASE("a log that is off writes nothing") {
    const temporary_folder folder;
    const auto file = (folder.path() / "log").string();
    config::log::open({config::log_level::off, file});
    config::log::error("unseen");
    CHECK_FALSE(config::log::enabled(config::log_level::error));
    CHECK_FALSE(config::log::enabled(config::log_level::off));
    config::log::close();
    CHECK(content_of(file).empty());
}
