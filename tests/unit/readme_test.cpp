#include "config/load.hpp"
#include "config/password_hash.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

// The TOML in README, each block by itself.
std::vector<std::string> snippets() {
    std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../README.md");
    std::vector<std::string> found;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "```toml")
            found.emplace_back();
        else if (inside && line != "```")
            found.back() += line + '\n';
        inside = line == "```toml" || (inside && line != "```");
    }
    return found;
}

void write_secret(const std::filesystem::path& path) {
    std::ofstream(path) << "secret\n";
    ::chmod(path.c_str(), 0600);
}

} // namespace

TEST_CASE("README's configuration of stores is one that loads") {
    const temporary_folder folder;
    write_secret(folder.path() / "oss.secret");
    write_secret(folder.path() / "s3.secret");
    const auto all = snippets();
    const auto with = [&](const char* what) {
        std::string text;
        for (const auto& s : all)
            if (s.find(what) != s.npos)
                text += s;
        return text;
    };
    const auto text = "[[listener]]\naddresses = [\"ftp://127.0.0.1:0\"]\n" + with("[[store]]") +
                      "[[user]]\nname = \"alice\"\npassword_hash = \"" +
                      config::hash_password("x", config::hash_cost{8, 1, 1}) + "\"\n" +
                      with("[[user.mount]]");
    const auto loaded = config::load_text(text, "README.md", folder.path().string());
    for (const auto& p : loaded.problems)
        FAIL_CHECK(to_string(p));
    REQUIRE(loaded.value.stores.size() == 2);
    CHECK(loaded.value.stores[0].remote.region == "cn-hangzhou");
    CHECK(loaded.value.stores[1].remote.endpoint.host == "minio.example.com:9000");
    CHECK(loaded.value.users.front().mounts.front().prefix == "ftp/");
}
