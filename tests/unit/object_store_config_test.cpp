#include "config/load.hpp"
#include "config/password_hash.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace objftpd::config;

namespace {

// A configuration with one store of these lines.
load_result with_store(const std::string& lines) {
    static const auto hash = hash_password("secret", hash_cost{8, 1, 1});
    return load_text(
        "[[listener]]\naddresses = [\"ftp://127.0.0.1:0\"]\n[[store]]\nname = \"m\"\n" + lines +
            "\n[[user]]\nname = \"u\"\npassword_hash = \"" + hash +
            "\"\n[[user.mount]]\npath = \"/\"\nstore = \"m\"\nbucket = \"bucket\"\n",
        "f", "/");
}

const std::string keys = "\naccess_key_id = \"id\"\naccess_key_secret = \"s\"\n";

std::vector<std::string> problems(const load_result& loaded) {
    std::vector<std::string> texts;
    for (const auto& p : loaded.problems)
        texts.push_back(p.key + ": " + p.text);
    return texts;
}

} // namespace

TEST_CASE("style and region of a store are read from its endpoint") {
    struct row {
        const char* type;
        const char* endpoint;
        const char* scheme;
        const char* host;
        addressing style;
        const char* region;
    };
    const row rows[] = {
        {"s3", "s3.eu-central-1.amazonaws.com", "https", "s3.eu-central-1.amazonaws.com",
         addressing::virtual_hosted, "eu-central-1"},
        {"s3", "https://s3.amazonaws.com/", "https", "s3.amazonaws.com", addressing::virtual_hosted,
         "us-east-1"},
        {"s3", "s3.dualstack.us-west-2.amazonaws.com", "https",
         "s3.dualstack.us-west-2.amazonaws.com", addressing::virtual_hosted, "us-west-2"},
        {"s3", "http://127.0.0.1:7480", "http", "127.0.0.1:7480", addressing::path, "us-east-1"},
        {"s3", "http://[::1]:7480", "http", "[::1]:7480", addressing::path, "us-east-1"},
        {"s3", "MinIO.example.com:9000", "https", "minio.example.com:9000", addressing::path,
         "us-east-1"},
        {"s3", "https://minio.example.com:443", "https", "minio.example.com", addressing::path,
         "us-east-1"},
        {"s3", "s3.oss-cn-hangzhou.aliyuncs.com", "https", "s3.oss-cn-hangzhou.aliyuncs.com",
         addressing::virtual_hosted, "cn-hangzhou"},
        {"oss", "oss-cn-hangzhou.aliyuncs.com", "https", "oss-cn-hangzhou.aliyuncs.com",
         addressing::virtual_hosted, "cn-hangzhou"},
        {"oss", "http://oss-cn-beijing-internal.aliyuncs.com", "http",
         "oss-cn-beijing-internal.aliyuncs.com", addressing::virtual_hosted, "cn-beijing"},
        {"oss", "cn-hangzhou.oss.aliyuncs.com", "https", "cn-hangzhou.oss.aliyuncs.com",
         addressing::virtual_hosted, "cn-hangzhou"},
    };
    for (const auto& r : rows) {
        INFO(r.endpoint);
        const auto loaded = with_store("type = \"" + std::string(r.type) + "\"\nendpoint = \"" +
                                       r.endpoint + "\"" + keys);
        REQUIRE(problems(loaded).empty());
        const auto& remote = loaded.value.stores.front().remote;
        CHECK(remote.endpoint.scheme == r.scheme);
        CHECK(remote.endpoint.host == r.host);
        CHECK(remote.endpoint.style == r.style);
        CHECK(remote.region == r.region);
        CHECK(remote.access_key_secret == "s");
    }
}

TEST_CASE("what is wrong with a store over HTTP is told") {
    struct row {
        const char* lines;
        const char* problem;
    };
    const row rows[] = {
        {"type = \"oss\"\nendpoint = \"oss-accelerate.aliyuncs.com\"\naccess_key_id = \"i\"\n"
         "access_key_secret = \"s\"",
         "store[1].region: is missing: the endpoint does not tell it; expects one such as "
         "\"cn-hangzhou\""},
        {"type = \"s3\"\nendpoint = \"h\"\naccess_key_secret = \"s\"",
         "store[1].access_key_id: is missing; expects an access key's id"},
        {"type = \"s3\"\nendpoint = \"h\"\naccess_key_id = \"i\"",
         "store[1].access_key_secret: is missing; expects exactly one of access_key_secret, "
         "access_key_secret_env and access_key_secret_file"},
        {"type = \"s3\"\nendpoint = \"h\"\ncredentials = \"anonymous\"\naccess_key_secret = \"s\"",
         "store[1].access_key_secret: is not used unless credentials = \"keys\""},
        {"type = \"s3\"\nendpoint = \"h\"\ncredentials = \"anonymous\"\npart_size = \"100 MiB\"",
         "store[1].largest_part: is less than part_size"},
    };
    for (const auto& r : rows)
        CHECK(problems(with_store(r.lines)) == std::vector<std::string>{r.problem});
}

TEST_CASE("an endpoint with a path, a user or another scheme is refused") {
    for (const auto* wrong : {"https://host/bucket", "https://key:secret@host", "ftp://host", "",
                              "https://", "host?x=y", "ho st"}) {
        INFO(wrong);
        CHECK(
            problems(with_store("type = \"s3\"\nendpoint = \"" + std::string(wrong) + "\"" + keys))
                .size() == 1);
    }
}

TEST_CASE("keys may come from the environment") {
    ::setenv("AWS_ACCESS_KEY_ID", "id", 1);
    ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    const auto loaded =
        with_store("type = \"s3\"\nendpoint = \"h\"\ncredentials = \"environment\"");
    ::unsetenv("AWS_ACCESS_KEY_ID");
    ::unsetenv("AWS_SECRET_ACCESS_KEY");
    REQUIRE(problems(loaded).empty());
    CHECK(loaded.value.stores.front().remote.access_key_id == "id");
    CHECK(loaded.value.stores.front().remote.access_key_secret == "secret");
    CHECK(problems(with_store("type = \"s3\"\nendpoint = \"h\"\ncredentials = \"environment\"")) ==
          std::vector<std::string>{"store[1].credentials: the environment holds no "
                                   "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"});
}
