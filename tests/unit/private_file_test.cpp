#include "config/private_file.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <fstream>
#include <iterator>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

std::string content_of(const std::string& path) {
    std::ifstream from(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(from), std::istreambuf_iterator<char>()};
}

} // namespace

TEST_CASE("a private file is its owner's alone, whatever was there before") {
    const temporary_folder folder;
    const auto path = folder.file("secret", "the one before");
    REQUIRE(::chmod(path.c_str(), 0644) == 0);
    REQUIRE_FALSE(config::write_private_file(path, std::string(100'000, 'x')));
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(content_of(path) == std::string(100'000, 'x'));
    CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("a private file that cannot be written says why, and what was there stays") {
    const temporary_folder folder;
    const auto nowhere = (folder.path() / "missing" / "secret").string();
    CHECK(config::write_private_file(nowhere, "x") == std::errc::no_such_file_or_directory);
    CHECK(config::move_durably(nowhere, nowhere + "2") == std::errc::no_such_file_or_directory);
    const auto path = folder.file("secret", "the one before");
    std::filesystem::create_directory(path + ".part");
    CHECK(config::write_private_file(path, "x") == std::errc::is_a_directory);
    CHECK(content_of(path) == "the one before");
}
