#include "config/load.hpp"
#include "config/password_hash.hpp"
#include "tests/support/configurations.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace objftpd::config;
using namespace objftpd::tests;

namespace {

/// Environment variables for the time of a test.
class environment {
public:
    environment(std::initializer_list<std::pair<const char*, const char*>> all) {
        for (const auto& [name, value] : all) {
            ::setenv(name, value, 1);
            names_.push_back(name);
        }
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        for (const auto* const name : names_)
            ::unsetenv(name);
    }

private:
    std::vector<const char*> names_;
};

const std::string oss_lines = "type = \"oss\"\nendpoint = \"oss-cn-hangzhou.aliyuncs.com\"\n";
const std::string s3_lines = "type = \"s3\"\nendpoint = \"s3.eu-west-1.amazonaws.com\"\n";
const std::string s3_of_oss = "type = \"s3\"\nendpoint = \"s3.oss-cn-hangzhou.aliyuncs.com\"\n";
const std::string s3_domain =
    "type = \"s3\"\nendpoint = \"files.example.com\"\nstyle = \"bound-domain\"\n";

object_store_settings remote(const std::string& lines) {
    const auto loaded = with_store(lines);
    CHECK(problems_of(loaded) == std::vector<std::string>());
    return loaded.value.stores.at(0).remote;
}

} // namespace

TEST_CASE("each source of credentials is told when what it needs is missing") {
    struct row {
        const std::string& store;
        const char* lines;
        const char* problem;
    };
    const row rows[] = {
        {s3_lines, "credentials = \"process\"",
         "store[1].credentials_command: is missing; expects a list of a program and its "
         "arguments"},
        {s3_lines, "credentials = \"url\"", "store[1].credentials_url: is missing; expects an URL"},
        {s3_lines, "credentials = \"container\"",
         "store[1].credentials: the environment holds no usable "
         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI"},
        {s3_lines, "credentials = \"web-identity\"\nrole_arn = \"a\"",
         "store[1].web_identity_token_file: is missing; expects a file"},
        {oss_lines,
         "credentials = \"web-identity\"\nrole_arn = \"a\"\nweb_identity_token_file = \"t\"",
         "store[1].oidc_provider_arn: is missing; expects a provider's ARN"},
        {oss_lines, "credentials = \"assume-role\"\nrole_base = \"ecs-role\"",
         "store[1].role_arn: is missing; expects a role's ARN"},
        {oss_lines, "credentials = \"ecs-role\"\nrole_arn = \"a\"",
         "store[1].role_arn: is not used unless credentials = \"assume-role\" or "
         "\"web-identity\""},
        {oss_lines, "credentials = \"ecs-role\"\ncredentials_command = [\"a\"]",
         "store[1].credentials_command: is not used unless credentials = \"process\""},
        {oss_lines, "credentials = \"ecs-role\"\naccess_key_secret = \"a\"",
         "store[1].access_key_secret: is not used unless credentials = \"keys\""},
        {oss_lines, "credentials = \"ecs-role\"\nsts_endpoint = \"a\"",
         "store[1].sts_endpoint: is not used unless credentials = \"assume-role\" or "
         "\"web-identity\""},
        {oss_lines, "credentials = \"url\"\ncredentials_url = \"no/scheme\"",
         "store[1].credentials_url: expects an URL such as \"https://tokens.example.com/ftp\", "
         "not what stands there"},
        {s3_lines, "credentials = \"ec2-role\"\naccess_key_id = \"i\"",
         "store[1].access_key_id: is not used unless credentials = \"keys\""},
        {s3_lines, "credentials = \"file\"\nsession_token = \"t\"",
         "store[1].session_token: is not used unless credentials = \"keys\""},
        {s3_lines, "access_key_id = \"i\"\naccess_key_secret = \"\"",
         "store[1].access_key_secret: is empty"},
        {oss_lines, "credentials = \"ec2-role\"",
         "store[1].credentials: \"ec2-role\" gives keys of Amazon, which OSS does not know"},
        {oss_lines, "credentials = \"container\"",
         "store[1].credentials: \"container\" gives keys of Amazon, which OSS does not know"},
        {oss_lines, "credentials = \"assume-role\"\nrole_arn = \"a\"\nrole_base = \"ec2-role\"",
         "store[1].role_base: \"ec2-role\" gives keys of Amazon, which OSS does not know"},
        {s3_lines, "credentials = \"ec2-role\"\nsignature = \"v4\"",
         "store[1].signature: is not used unless type = \"oss\""},
        {s3_lines, "credentials = \"ec2-role\"\nrename = \"native\"",
         "store[1].rename: is not used unless type = \"oss\""},
        {s3_lines,
         "credentials = \"web-identity\"\nrole_arn = \"a\"\nweb_identity_token_file = \"t\"\n"
         "oidc_provider_arn = \"p\"",
         "store[1].oidc_provider_arn: is not used unless type = \"oss\""},
        {s3_of_oss,
         "credentials = \"web-identity\"\nrole_arn = \"a\"\n"
         "web_identity_token_file = \"t\"",
         "store[1].sts_endpoint: is missing; expects the address where this store's roles are "
         "assumed"},
        {s3_domain,
         "credentials = \"web-identity\"\nrole_arn = \"a\"\n"
         "web_identity_token_file = \"t\"",
         "store[1].sts_endpoint: is missing; expects the address where this store's roles are "
         "assumed"},
    };
    for (const auto& r : rows) {
        INFO(r.lines);
        const auto told = problems_of(with_store(r.store + r.lines));
        REQUIRE_FALSE(told.empty());
        CHECK(told.front() == r.problem);
    }
}

TEST_CASE("a role is assumed with keys, or with any other source") {
    const auto keys = remote(s3_lines + "credentials = \"assume-role\"\nrole_arn = \"a\"\n"
                                        "access_key_id = \"i\"\naccess_key_secret = \"s\"");
    CHECK(keys.access_key_secret == "s");
    CHECK(keys.role_duration == std::chrono::hours(1));
    CHECK(keys.role_session_name == "objftpd");
    const auto file = remote(s3_lines + "credentials = \"assume-role\"\nrole_arn = \"a\"\n"
                                        "role_base = \"file\"\ncredentials_file = \"keys\"");
    CHECK(file.credentials_file == "/etc/objftpd/keys");
}

TEST_CASE("roles are assumed at the vendor's own address for the region") {
    struct row {
        const char* type;
        const char* endpoint;
        const char* sts;
    };
    const row rows[] = {
        {"oss", "oss-cn-hangzhou.aliyuncs.com", "sts.cn-hangzhou.aliyuncs.com"},
        {"oss", "oss-cn-hangzhou-internal.aliyuncs.com", "sts-vpc.cn-hangzhou.aliyuncs.com"},
        {"s3", "s3.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com"},
        {"s3", "s3.cn-north-1.amazonaws.com.cn", "sts.cn-north-1.amazonaws.com.cn"},
        {"s3", "http://minio.example.com:9000", "minio.example.com:9000"},
    };
    for (const auto& r : rows) {
        INFO(r.endpoint);
        const auto found =
            remote("type = \"" + std::string(r.type) + "\"\nendpoint = \"" + r.endpoint +
                   "\"\ncredentials = \"assume-role\"\nrole_arn = \"a\"\n"
                   "role_base = \"process\"\ncredentials_command = [\"p\"]");
        CHECK(found.sts.host == r.sts);
    }
}

TEST_CASE("Alibaba's general variables serve where OSS's own are not set") {
    const environment general{{"ALIBABA_CLOUD_ACCESS_KEY_ID", "general"},
                              {"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s"},
                              {"ALIBABA_CLOUD_SECURITY_TOKEN", "t"}};
    const auto lines = oss_lines + "credentials = \"environment\"";
    CHECK(remote(lines).access_key_id == "general");
    CHECK(remote(lines).session_token == "t");
    const environment own{{"OSS_ACCESS_KEY_ID", "own"}, {"OSS_ACCESS_KEY_SECRET", "s"}};
    CHECK(remote(lines).access_key_id == "own");
    CHECK(remote(lines).session_token.empty());
}

TEST_CASE("a container's credentials are where its environment says") {
    const auto lines = s3_lines + "credentials = \"container\"";
    {
        const environment task{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x"},
                               {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "token"}};
        CHECK(remote(lines).credentials_url == "http://169.254.170.2/v2/credentials/x");
        CHECK(remote(lines).authorization == "token");
    }
    {
        const environment pod{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/c"},
                              {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/token"}};
        CHECK(remote(lines).credentials_url == "http://169.254.170.23/v1/c");
        CHECK(remote(lines).authorization_file == "/var/run/token");
    }
    for (const auto* const near :
         {"http://[fd00:ec2::23]/v1/c", "http://localhost:1/c", "http://127.0.0.2/c",
          "http://[::1]:80/c", "https://tokens.example.com/c"}) {
        INFO(near);
        const environment agent{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", near}};
        CHECK(remote(lines).credentials_url == near);
    }
    for (const auto* const far : {"http://example.com/c", "http://10.0.0.1/c", "http://8.8.8.8/c",
                                  "http://169.254.170.3/c", "http://[fd00:ec2::24]/c"}) {
        INFO(far);
        const environment strange{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", far}};
        CHECK(problems_of(with_store(lines)).size() == 1);
    }
}

TEST_CASE("a web identity is described by its pod's environment") {
    const environment pod{{"ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/var/run/token"},
                          {"ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "provider"},
                          {"ALIBABA_CLOUD_ROLE_ARN", "role"}};
    const auto found = remote(oss_lines + "credentials = \"web-identity\"");
    CHECK(found.web_identity_token_file == "/var/run/token");
    CHECK(found.oidc_provider_arn == "provider");
    CHECK(found.role_arn == "role");
}

TEST_CASE("the files of the vendors' tools are found") {
    const environment home{{"HOME", "/home/ftp"}, {"AWS_PROFILE", "p"}};
    CHECK(remote(s3_lines + "credentials = \"file\"").credentials_file ==
          "/home/ftp/.aws/credentials");
    CHECK(remote(s3_lines + "credentials = \"file\"").credentials_profile == "p");
    CHECK(remote(oss_lines + "credentials = \"file\"").credentials_file ==
          "/home/ftp/.alibabacloud/credentials");
    const environment named{{"ALIBABA_CLOUD_CREDENTIALS_FILE", "/srv/keys"}};
    CHECK(remote(oss_lines + "credentials = \"file\"").credentials_file == "/srv/keys");
}

TEST_CASE("a program that gives credentials out does not get the secrets of others") {
    const auto hash = hash_password("secret", hash_cost{8, 1, 1});
    const environment secrets{{"OBJFTPD_TEST_HASH", hash.c_str()}, {"OBJFTPD_TEST_KEY", "k"}};
    const auto loaded = load_text(
        "[[listener]]\naddresses = [\"ftp://127.0.0.1:0\"]\n[[store]]\nname = \"m\"\n" + s3_lines +
            "credentials = \"process\"\ncredentials_command = [\"p\"]\n"
            "[[store]]\nname = \"n\"\n" +
            s3_lines + "access_key_id = \"i\"\naccess_key_secret_env = \"OBJFTPD_TEST_KEY\"\n" +
            "[[user]]\nname = \"u\"\npassword_hash_env = \"OBJFTPD_TEST_HASH\"\n"
            "[[user.mount]]\npath = \"/\"\nstore = \"m\"\nbucket = \"bucket\"\n",
        "f", "/");
    REQUIRE(problems_of(loaded).empty());
    CHECK(loaded.value.stores.at(0).remote.hidden_variables ==
          std::vector<std::string>{"OBJFTPD_TEST_KEY", "OBJFTPD_TEST_HASH"});
}
