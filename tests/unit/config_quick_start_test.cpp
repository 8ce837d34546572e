#include "config/load.hpp"
#include "config/password_hash.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

config::quick_start quick_start_in(const temporary_folder& folder) {
    config::quick_start q;
    q.store = "local:" + (folder.path() / "data").string();
    q.listen = {"ftp://127.0.0.1:2048", "ftp://[::1]:2048"};
    q.user = "alice";
    q.password_file = folder.file("password", "correct horse\n");
    q.state = (folder.path() / "state").string();
    return q;
}

std::vector<std::string> problems(const config::quick_start& q) {
    std::vector<std::string> lines;
    for (const auto& p : config::load_quick_start(q).problems)
        lines.push_back(to_string(p));
    return lines;
}

} // namespace

TEST_CASE("a quick start is one user with all rights on the bucket files of one store") {
    const temporary_folder folder;
    const auto loaded = config::load_quick_start(quick_start_in(folder));
    REQUIRE(loaded);
    const auto& s = loaded.value;
    CHECK(s.state_directory == (folder.path() / "state").string());
    CHECK(s.listeners.at(0).addresses.size() == 2);
    CHECK(s.server.idle_timeout == std::chrono::minutes(5));
    REQUIRE(s.stores.size() == 1);
    CHECK(s.stores[0].path == (folder.path() / "data").string());
    REQUIRE(s.users.size() == 1);
    CHECK(s.users[0].name == "alice");
    CHECK(s.users[0].rights == config::all_rights);
    CHECK(config::verify_password(s.users[0].password_hash, "correct horse") ==
          config::password_match::yes);
    REQUIRE(s.users[0].mounts.size() == 1);
    CHECK(s.users[0].mounts[0].path == "/");
    CHECK(s.users[0].mounts[0].bucket == "files");
}

TEST_CASE("a quick start's password file may hold a hash") {
    const temporary_folder folder;
    auto q = quick_start_in(folder);
    q.password_file = folder.file("password", some_hash + "\n");
    const auto loaded = config::load_quick_start(q);
    REQUIRE(loaded);
    CHECK(loaded.value.users.at(0).password_hash == some_hash);
}

TEST_CASE("what is given on the command line cannot escape from its place in the text") {
    const temporary_folder folder;
    auto q = quick_start_in(folder);
    q.user = "a\" # \\";
    q.state = (folder.path() / "s\"\n[log]\nlevel=\"off").string();
    const auto loaded = config::load_quick_start(q);
    REQUIRE(loaded);
    CHECK(loaded.value.users.at(0).name == q.user);
    CHECK(loaded.value.state_directory == q.state);
    CHECK(loaded.value.log.level == config::log_level::info);
}

TEST_CASE("a quick start lets logins cross the network in clear only where it is told to") {
    const temporary_folder folder;
    auto q = quick_start_in(folder);
    q.listen = {"ftp://10.0.0.1:21"};
    CHECK(config::load_quick_start(q).value.listeners.at(0).plain_login ==
          config::plain_policy::on_loopback);
    q.allow_plain_off_loopback = true;
    const auto loaded = config::load_quick_start(q);
    CHECK(loaded.value.listeners.at(0).plain_login == config::plain_policy::allow);
    CHECK(loaded.value.listeners.at(0).plain_data == config::plain_policy::allow);
}

TEST_CASE("problems of a quick start are told by the words of the command line") {
    const temporary_folder folder;
    const auto usual = quick_start_in(folder);
    const auto changed = [&](auto change) {
        auto q = usual;
        change(q);
        return problems(q);
    };
    using lines = std::vector<std::string>;
    const std::string forms = "expects local:FOLDER, s3://BUCKET/PREFIX?endpoint=... or "
                              "oss://BUCKET/PREFIX?endpoint=...";
    const std::string place = "command line: --store: ";
    CHECK(changed([](auto& q) { q.store = "s3://key:secret@bucket"; }) ==
          lines{place + "names no endpoint; expects s3://BUCKET/PREFIX?endpoint=HOST"});
    CHECK(changed([](auto& q) { q.store = "s3://b?endpoint=h&access_key_secret=x"; }) ==
          lines{place + "has \"access_key_secret\", which is no option here; expects options of a "
                        "[[store]], such as endpoint, region and style; keys come from the "
                        "environment"});
    CHECK(changed([](auto& q) { q.store = "s3://b?endpoint=h&region=a&region=b"; }) ==
          lines{place + "has \"region\" twice"});
    CHECK(changed([](auto& q) { q.store = "s3://b?endpoint=h&endpoint=i"; }) ==
          lines{place + "has \"endpoint\" twice"});
    CHECK(changed([](auto& q) { q.store = "s3://b?endpoint=h&proxy=http://user:hidden@p"; }) ==
          lines{place + "has a proxy with a user, whose password every process list would show; "
                        "write it into a file"});
    CHECK(changed([](auto& q) { q.store = "s3://b?https://user:hidden@host"; }) ==
          lines{place + "has \"...@host\", which is no option here; expects options of a "
                        "[[store]], such as endpoint, region and style; keys come from the "
                        "environment"});
    const std::string open = "&credentials=anonymous";
    CHECK(
        changed([&](auto& q) { q.store = "s3://abc?endpoint=https://user:hidden@host" + open; }) ==
        lines{place + "endpoint: expects a host name or address with or without a port, such as "
                      "\"oss-cn-hangzhou.aliyuncs.com\" or \"http://127.0.0.1:7480\", not "
                      "\"...@host\""});
    CHECK(changed([&](auto& q) { q.store = "s3://abc?endpoint=h&list_version=3" + open; }) ==
          lines{place + "list_version: expects a whole number from 1 to 2, not 3"});
    CHECK(changed([&](auto& q) { q.store = "s3://Abc?endpoint=h" + open; }) ==
          lines{place + "bucket: \"Abc\" is no bucket's name at such a store; expects 3 to 63 "
                        "lower-case letters, digits, '-', '_' and '.', the first and the last a "
                        "letter or a digit"});
    CHECK(changed([](auto& q) { q.store = "gopher://x"; }) ==
          lines{place + "there is no store type \"gopher\"; " + forms});
    CHECK(changed([](auto& q) { q.store = "./data"; }) == lines{place + forms});
    CHECK(changed([](auto& q) { q.store = "local:"; }) == lines{place + forms});
    CHECK(changed([](auto& q) { q.listen = {"ftp://nowhere"}; }) ==
          lines{"command line: --listen: \"ftp://nowhere\" needs an IP address, such as 127.0.0.1, "
                "in place of \"nowhere\""});
    CHECK(changed([](auto& q) { q.user = "two\nlines"; }) ==
          lines{"command line: --user: \"two\\u000alines\" holds a control character"});
    CHECK(changed([](auto& q) { q.user = q.password_file = ""; }) ==
          lines{"command line: --user: is missing; expects a user name",
                "command line: --password-file: is missing; expects a file"});

    const auto readable = folder.file("open", "secret", 0644);
    CHECK(changed([&](auto& q) { q.password_file = readable; }) ==
          lines{"command line: --password-file: cannot use \"" + readable +
                "\": open to everyone on this machine (mode 0644); run: chmod o-rwx"});
}
