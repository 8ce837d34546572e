#include "config/load.hpp"
#include "config/password_hash.hpp"
#include "tests/support/configurations.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace objftpd::config;
using namespace objftpd::tests;

namespace {

const std::string keys = "\naccess_key_id = \"id\"\naccess_key_secret = \"s\"\n";

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
        {"s3", "s3-eu-west-1.amazonaws.com", "https", "s3-eu-west-1.amazonaws.com",
         addressing::virtual_hosted, "eu-west-1"},
        {"s3", "s3-fips.dualstack.us-gov-east-1.amazonaws.com", "https",
         "s3-fips.dualstack.us-gov-east-1.amazonaws.com", addressing::virtual_hosted,
         "us-gov-east-1"},
        {"s3", "s3.cn-north-1.amazonaws.com.cn", "https", "s3.cn-north-1.amazonaws.com.cn",
         addressing::virtual_hosted, "cn-north-1"},
        {"s3", "s3.oss-cn-hangzhou-internal.aliyuncs.com", "https",
         "s3.oss-cn-hangzhou-internal.aliyuncs.com", addressing::virtual_hosted, "cn-hangzhou"},
        {"oss", "oss-rg-china-mainland.aliyuncs.com", "https", "oss-rg-china-mainland.aliyuncs.com",
         addressing::virtual_hosted, "rg-china-mainland"},
    };
    for (const auto& r : rows) {
        INFO(r.endpoint);
        const auto loaded = with_store("type = \"" + std::string(r.type) + "\"\nendpoint = \"" +
                                       r.endpoint + "\"" + keys);
        REQUIRE(problems_of(loaded).empty());
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
        {"type = \"s3\"\nendpoint = \"h\"\ncredentials = \"anonymous\"\npart_size = \"40 MiB\"\n"
         "largest_part = \"39 MiB\"",
         "store[1].largest_part: is less than part_size"},
    };
    for (const auto& r : rows)
        CHECK(problems_of(with_store(r.lines)) == std::vector<std::string>{r.problem});
}

TEST_CASE("parts that upload_memory cannot hold are refused, but for those that nobody asked for") {
    const auto with = [](const std::string& memory, const std::string& parts) {
        auto lines = "type = \"s3\"\nendpoint = \"h\"" + keys + parts;
        if (!memory.empty())
            lines += "\n[server]\nupload_memory = \"" + memory + "\"";
        return problems_of(with_store(lines));
    };
    const std::string no_room = " at the same time are more than server.upload_memory holds, ";
    using texts = std::vector<std::string>;
    CHECK(with("", "").empty());
    CHECK(with("8 MiB", "").empty());
    CHECK(with("", "part_size = \"40 MiB\"").empty());
    CHECK(with("192 MiB", "part_size = \"64 MiB\"").empty());
    CHECK(with("", "part_size = \"64 MiB\"") ==
          texts{"store[1].part_size: 3 parts of 64 MiB" + no_room + "128 MiB"});
    CHECK(with("", "parallel_parts = 64") ==
          texts{"store[1].parallel_parts: 64 parts of 8 MiB" + no_room + "128 MiB"});
    CHECK(with("", "largest_part = \"1 GiB\"") ==
          texts{"store[1].largest_part: is more than server.upload_memory holds, 128 MiB"});
    CHECK(with("5 GiB", "largest_part = \"5 GiB\"").empty());
    CHECK(with("", "parallel_parts = 0").size() == 1);
    CHECK(with("1 B", "part_size = \"8 MiB\"").size() == 1);
}

TEST_CASE("an endpoint with a path, a user or another scheme is refused") {
    for (const auto* wrong :
         {"https://host/bucket", "https://key:secret@host", "ftp://host", "", "https://",
          "host?x=y", "ho st", "127.0.0.1:748o", "host:99999", "host:0", "host:", ":7480", "a:b:c",
          "[::1", "[::1]7480", "[host]:80", "::1", "-host", ".host"}) {
        INFO(wrong);
        CHECK(problems_of(
                  with_store("type = \"s3\"\nendpoint = \"" + std::string(wrong) + "\"" + keys))
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
    REQUIRE(problems_of(loaded).empty());
    CHECK(loaded.value.stores.front().remote.access_key_id == "id");
    CHECK(loaded.value.stores.front().remote.access_key_secret == "secret");
    CHECK(
        problems_of(with_store("type = \"s3\"\nendpoint = \"h\"\ncredentials = \"environment\"")) ==
        std::vector<std::string>{"store[1].credentials: the environment holds no "
                                 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"});
}

TEST_CASE("a region that a cloud's endpoint does not tell must be given") {
    struct row {
        const char* type;
        const char* endpoint;
    };
    const row rows[] = {
        {"s3", "s3-accelerate.amazonaws.com"},
        {"s3", "s3-accelerate.dualstack.amazonaws.com"},
        {"s3", "s3-external-1.amazonaws.com"},
        {"s3", "vpce-1a2b-3c4d.s3.us-east-1.vpce.amazonaws.com"},
        {"s3", "my-bucket.s3.eu-west-1.amazonaws.com"},
        {"s3", "s3.oss-accelerate.aliyuncs.com"},
        {"oss", "oss-accelerate-overseas.aliyuncs.com"},
        {"oss", "vpc100-oss-cn-hangzhou.aliyuncs.com"},
        {"oss", "cb-123456.cn-hangzhou.oss-cloudbox.aliyuncs.com"},
        {"oss", "oss-internal.aliyuncs.com"},
        {"oss", "oss.aliyuncs.com"},
    };
    for (const auto& r : rows) {
        INFO(r.endpoint);
        const auto lines =
            "type = \"" + std::string(r.type) + "\"\nendpoint = \"" + r.endpoint + "\"" + keys;
        const auto told = problems_of(with_store(lines));
        REQUIRE(told.size() == 1);
        CHECK_THAT(told[0], Catch::StartsWith("store[1].region: is missing: the endpoint does not "
                                              "tell it; expects one such as \""));
        const auto given = with_store(lines + "region = \"eu-west-1\"");
        CHECK(problems_of(given).empty());
        CHECK(given.value.stores.front().remote.region == "eu-west-1");
    }
}

TEST_CASE("Amazon's buckets with dots are addressed by path over https, unless told otherwise") {
    const auto dots_need_path = [](const std::string& lines) {
        const auto loaded = with_store("type = \"s3\"\n" + lines + keys);
        CHECK(problems_of(loaded).empty());
        return loaded.value.stores.front().remote.dots_need_path;
    };
    CHECK(dots_need_path("endpoint = \"s3.eu-west-1.amazonaws.com\""));
    CHECK_FALSE(dots_need_path("endpoint = \"http://s3.eu-west-1.amazonaws.com\""));
    CHECK_FALSE(dots_need_path("endpoint = \"s3.eu-west-1.amazonaws.com\"\nstyle = \"virtual\""));
    CHECK_FALSE(dots_need_path("endpoint = \"minio.example.com\""));
}

TEST_CASE("what the first request would fail for is refused") {
    struct row {
        std::string lines;
        const char* problem;
    };
    const std::string s3 = "type = \"s3\"\nendpoint = \"h\"" + keys;
    const row rows[] = {
        {s3 + "proxy = \"ftp://proxy:3128\"", "store[1].proxy: expects an URL such as "
                                              "\"http://proxy:3128\" or \"socks5h://proxy:1080\", "
                                              "not \"ftp://proxy:3128\""},
        {s3 + "proxy = \"proxy:3128\"", "store[1].proxy: expects an URL such as "
                                        "\"http://proxy:3128\" or \"socks5h://proxy:1080\", "
                                        "not \"proxy:3128\""},
        {s3 + "proxy = \"http://user:hidden@proxy:port\"",
         "store[1].proxy: expects an URL such as \"http://proxy:3128\" or "
         "\"socks5h://proxy:1080\", "
         "not \"...@proxy:port\""},
        {s3 + "bind_address = \"10.0.0.300\"",
         "store[1].bind_address: expects an own address or interface, not \"10.0.0.300\""},
        {s3 + "ca_file = \"/nonexistent/ca.pem\"",
         "store[1].ca_file: cannot use \"/nonexistent/ca.pem\": No such file or directory"},
        {s3 + "ca_folder = \"/nonexistent\"",
         "store[1].ca_folder: cannot use \"/nonexistent\": No such file or directory"},
    };
    for (const auto& r : rows)
        CHECK(problems_of(with_store(r.lines)) == std::vector<std::string>{r.problem});
    for (const auto* const fine :
         {"proxy = \"socks5h://user:password@[::1]:1080/\"", "proxy = \"HTTPS://proxy\"",
          "bind_address = \"::1\"", "bind_address = \"lo\"", "ca_folder = \"/etc\""}) {
        INFO(fine);
        CHECK(problems_of(with_store(s3 + fine)).empty());
    }
}

TEST_CASE("a name that no bucket of a vendor has is refused") {
    const auto with_bucket = [](const std::string& type, const std::string& bucket) {
        return problems_of(with_store("type = \"" + type +
                                          "\"\nendpoint = \"oss-cn-hangzhou.aliyuncs.com\"\n"
                                          "region = \"cn-hangzhou\"" +
                                          keys,
                                      bucket));
    };
    for (const std::string bucket : {"two words", "a?b", "a#b", "Upper", "ab", "-ab", "ab-", "a..b",
                                     "10.0.0.1", "caf\u00e9"}) {
        INFO(bucket);
        const auto told = with_bucket("s3", bucket);
        REQUIRE(told.size() == 1);
        CHECK_THAT(told[0], Catch::StartsWith("user[1].mount[1].bucket: \"" + bucket +
                                              "\" is no bucket's name at such a store"));
    }
    CHECK(with_bucket("s3", "my.bucket-1_x").empty());
    CHECK(with_bucket("oss", "my-bucket_x").empty());
    CHECK(with_bucket("oss", "my.bucket").size() == 1);
}

TEST_CASE("a bucket's name in front of the endpoint is told") {
    const auto told = [](const std::string& lines) {
        return problems_of(with_store("type = \"oss\"\n"
                                      "endpoint = \"bucket.oss-cn-hangzhou.aliyuncs.com\"\n"
                                      "region = \"cn-hangzhou\"\n" +
                                      lines + keys));
    };
    CHECK(told("") == std::vector<std::string>{
                          "store[1].endpoint: begins with the bucket \"bucket\", which stands in "
                          "front of it anyway; leave it out"});
    CHECK(told("style = \"bound-domain\"").empty());
}

TEST_CASE("what is refused does not show the password in it") {
    const std::string s3 = "type = \"s3\"\nendpoint = \"h\"\n";
    for (const auto& lines :
         {"type = \"s3\"\nendpoint = \"https://id:hidden@host\"" + keys,
          s3 + "proxy = \"http://user:hidden@a@b c\"" + keys,
          s3 + "sts_endpoint = \"https://id:hidden@host\"" + keys,
          s3 + "credentials = \"url\"\ncredentials_url = \"https://user:hidden@host/\"",
          s3 + "credentials = \"url\"\ncredentials_url = \"https://host/ ?token=hidden\"",
          s3 + "credentials = \"process\"\ncredentials_command = \"get --token hidden\""}) {
        INFO(lines);
        const auto told = problems_of(with_store(lines));
        REQUIRE_FALSE(told.empty());
        for (const auto& text : told)
            CHECK_THAT(text, !Catch::Contains("hidden"));
    }
}

TEST_CASE("a mount's attributes of uploads go before its store's") {
    const std::string store = "type = \"oss\"\nendpoint = \"oss-cn-hangzhou.aliyuncs.com\"" + keys +
                              "storage_class = \"IA\"\nencryption = \"KMS\"\n"
                              "encryption_key = \"k\"\nmetadata = [\"Source=ftp\", \"a=b=c\"]\n"
                              "content_types = [\"LOG=text/plain\"]\n";
    const auto loaded = with_store(store, "bucket\"\nencryption = \"AES256\"\n"
                                          "storage_class = \"Archive");
    REQUIRE(problems_of(loaded).empty());
    const auto& own = loaded.value.users.at(0).mounts.at(0);
    const auto all = merged(loaded.value.stores.at(0).remote, own);
    CHECK(all.storage_class == "Archive");
    CHECK(all.encryption == "AES256");
    CHECK(all.encryption_key.empty()); // it was the other method's
    CHECK(all.metadata == upload_attributes::pairs{{"source", "ftp"}, {"a", "b=c"}});
    CHECK(all.content_types == upload_attributes::pairs{{"log", "text/plain"}});
}

TEST_CASE("attributes of uploads are what stores take") {
    struct row {
        const char* line;
        const char* problem;
    };
    const std::string store = "type = \"s3\"\nendpoint = \"http://127.0.0.1:1\"" + keys;
    const auto r = GENERATE(
        row{"metadata = [\"a\"]",
            "store[1].metadata: expects a list such as [\"source=ftp\"], not [\"a\"]"},
        row{"metadata = [\"a b=c\"]",
            "store[1].metadata: expects a list such as [\"source=ftp\"], not [\"a b=c\"]"},
        row{"metadata = [\"a=\\u00e4\"]",
            "store[1].metadata: expects a list such as [\"source=ftp\"], not [\"a=\u00e4\"]"},
        row{"metadata = [\"a=1\", \"A=2\"]", "store[1].metadata: has \"a\" twice"},
        row{"content_types = [\"=text/plain\"]",
            "store[1].content_types: expects a list such as [\"log=text/plain\"], not "
            "[\"=text/plain\"]"});
    CHECK(problems_of(with_store(store + r.line)) == std::vector<std::string>{r.problem});
}

TEST_CASE("the embedded store keeps no attributes of uploads") {
    CHECK(problems_of(with_store("type = \"local\"\npath = \"d\"", "b\"\nacl = \"private")) ==
          std::vector<std::string>{"user[1].mount[1]: has attributes of uploads, which a store of "
                                   "type \"local\" does not keep"});
}

TEST_CASE("the way inside the vendor's network is settled by the endpoint") {
    const auto remote = [](const std::string& endpoint, const std::string& internal) {
        const auto loaded = with_store("type = \"oss\"\nregion = \"cn-hangzhou\"\nendpoint = \"" +
                                       endpoint + "\"\ninternal = \"" + internal + "\"" + keys);
        CHECK(problems_of(loaded).empty());
        return loaded.value.stores.at(0).remote;
    };
    const std::string outside = "oss-cn-hangzhou.aliyuncs.com";
    const std::string inside = "oss-cn-hangzhou-internal.aliyuncs.com";
    CHECK(remote(outside, "auto").internal_host == inside);
    CHECK(remote(outside, "auto").endpoint.host == outside);
    CHECK(remote("http://" + outside, "auto").internal_host.empty());
    CHECK(remote(inside, "auto").internal_host.empty());
    CHECK(remote("oss-accelerate.aliyuncs.com", "auto").internal_host.empty());
    CHECK(remote("files.example.com", "auto").internal_host.empty());
    CHECK(remote(outside, "never").internal_host.empty());
    CHECK(remote("http://" + outside + ":8080", "always").endpoint.host == inside + ":8080");
    CHECK(remote(inside, "always").endpoint.host == inside);
    CHECK(problems_of(with_store("type = \"oss\"\nregion = \"cn-hangzhou\"\nendpoint = "
                                 "\"files.example.com\"\ninternal = \"always\"" +
                                 keys)) ==
          std::vector<std::string>{"store[1].internal: \"always\" needs an endpoint such as "
                                   "\"oss-cn-hangzhou.aliyuncs.com\""});
}

TEST_CASE("renames keep ACLs where somebody may set them, unless told otherwise") {
    const auto kept = [](const std::string& option, const std::string& rights) {
        auto text = "[[store]]\nname = \"m\"\ntype = \"oss\"\n"
                    "endpoint = \"oss-cn-beijing.aliyuncs.com\"" +
                    keys + option + "\n[[user]]\nname = \"u\"\npassword_hash = \"" +
                    hash_password("secret", hash_cost{8, 1, 1}) + "\"\n" + rights +
                    "\n[[user.mount]]\npath = \"/\"\nstore = \"m\"\nbucket = \"bucket\"\n";
        const auto loaded =
            load_text("[[listener]]\naddresses = [\"ftp://127.0.0.1:0\"]\n" + text, "f", "/");
        CHECK(problems_of(loaded).empty());
        return loaded.value.stores.at(0).remote.rename_keeps;
    };
    const std::string acl = "rights = [\"all\", \"acl\"]";
    CHECK(kept("", "") == kept_attributes::known);
    CHECK(kept("", acl) == kept_attributes::all);
    CHECK(kept("rename_keeps = \"known\"", acl) == kept_attributes::known);
    CHECK(kept("rename_keeps = \"all\"", "") == kept_attributes::all);
}
