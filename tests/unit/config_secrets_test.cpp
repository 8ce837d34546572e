#include "config/password_hash.hpp"
#include "tests/support/configurations.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

std::string with_hash(const std::string& line) {
    return with(small_configuration, hash_line, line);
}

} // namespace

TEST_CASE("a password hash may come from a file or from the environment") {
    const temporary_folder folder;
    for (const auto* const end : {"", "\n", "\r\n", "\nanother line\n"}) {
        folder.file("alice.hash", some_hash + end, 0640);
        const auto loaded = config::load_text(with_hash("password_hash_file = \"alice.hash\""), "f",
                                              folder.path().string());
        REQUIRE(loaded);
        CHECK(loaded.value.users.at(0).password_hash == some_hash);
    }

    ::setenv("OBJFTPD_TEST_HASH", some_hash.c_str(), 1);
    const auto loaded =
        config::load_text(with_hash("password_hash_env = \"OBJFTPD_TEST_HASH\""), "f", "");
    ::unsetenv("OBJFTPD_TEST_HASH");
    REQUIRE(loaded);
    CHECK(loaded.value.users.at(0).password_hash == some_hash);
}

TEST_CASE("a secret file that is missing, empty, open to everyone or no file is refused") {
    const temporary_folder folder;
    folder.file("open.hash", some_hash, 0644);
    folder.file("writable.hash", some_hash, 0602);
    folder.file("empty.hash", "\n" + some_hash);
    folder.file("large.hash", std::string(70'000, 'x'));
    folder.file("clear.hash", "hunter2\n");
    std::filesystem::create_directory(folder.path() / "folder.hash");

    const std::vector<std::pair<std::string, std::string>> rows{
        {"missing.hash", "No such file or directory"},
        {"open.hash", "open to everyone on this machine (mode 0644); run: chmod o-rwx"},
        {"writable.hash", "open to everyone on this machine (mode 0602); run: chmod o-rwx"},
        {"empty.hash", "its first line is empty"},
        {"large.hash", "larger than 64 KiB"},
        {"folder.hash", "not a regular file"},
    };
    for (const auto& [file, why] : rows) {
        const auto path = (folder.path() / file).string();
        CHECK(problems_of(with_hash("password_hash_file = \"" + path + "\"")) ==
              std::vector<std::string>{"f:12:22: user[1].password_hash_file: cannot use \"" + path +
                                       "\": " + why});
    }
    CHECK(problems_of(with_hash("password_hash_file = \"clear.hash\""), folder.path().string()) ==
          std::vector<std::string>{
              "f:10:1: user[1].password_hash: is not an argon2id hash; make one with \"objftpd "
              "passwd\""});
}

TEST_CASE("an environment variable that is not set is refused") {
    CHECK(problems_of(with_hash("password_hash_env = \"OBJFTPD_NOT_SET\"")) ==
          std::vector<std::string>{"f:12:21: user[1].password_hash_env: the environment variable "
                                   "\"OBJFTPD_NOT_SET\" is not set"});
}

TEST_CASE("only one way to give a password hash may be used") {
    CHECK(problems_of(with_hash(hash_line + "\npassword_hash_env = \"PATH\"")) ==
          std::vector<std::string>{
              "f:12:17: user[1].password_hash: is given more than once; expects exactly one of "
              "password_hash, password_hash_env and password_hash_file"});
}
