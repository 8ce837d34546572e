#include "storage/rest/unlisted_keys.hpp"
#include "tests/support/log_file.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using storage::rest::unlisted_keys;
using reason = unlisted_keys::reason;

TEST_CASE("a key that listings leave out is told once and counted each time") {
    const log_file log(config::log_level::info);
    unlisted_keys keys;
    for (int listing = 0; listing < 3; ++listing) {
        keys.add("bucket", "a//b", reason::no_path);
        keys.add("bucket", "line\r\nend", reason::no_path);
        keys.add("bucket", "dir", reason::directory_has_its_name);
    }
    keys.add("other", "a//b", reason::no_path);
    CHECK(keys.count(reason::no_path) == 7);
    CHECK(keys.count(reason::directory_has_its_name) == 3);
    const auto lines = log.lines(" info ");
    REQUIRE(lines.size() == 4);
    CHECK_THAT(lines[0], Catch::Contains("a key that no path can name is not listed "
                                         "bucket=bucket key=a//b"));
    CHECK_THAT(lines[1], Catch::Contains("key=\"line\\r\\nend\""));
    CHECK_THAT(lines[2], Catch::Contains("a directory has its name bucket=bucket key=dir"));
    CHECK_THAT(lines[3], Catch::Contains("bucket=other"));
}

TEST_CASE("many keys that no path can name do not fill the log") {
    const log_file log(config::log_level::info);
    unlisted_keys keys;
    for (int i = 0; i < 5000; ++i)
        keys.add("bucket", "a//" + std::to_string(i), reason::no_path);
    CHECK(keys.count(reason::no_path) == 5000);
    CHECK(log.lines("not listed").size() == 1000);
}
