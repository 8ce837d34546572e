#include "storage/credentials/sts_requests.hpp"
#include "storage/credentials/sts_source.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage::credentials;
using namespace objftpd::storage;
namespace config = objftpd::config;

namespace {

constexpr std::chrono::sys_seconds some_time =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(1) +
    std::chrono::minutes(2) + std::chrono::seconds(3);

role some_role() {
    role r;
    r.arn = "acs:ram::1234567890123456:role/ftp gw";
    r.session_name = "gw-1";
    r.duration = std::chrono::hours(1);
    return r;
}

http::credentials some_keys() {
    http::credentials who;
    who.key_id = "testid";
    who.secret = "testsecret";
    return who;
}

config::endpoint some_endpoint() {
    return *config::parse_endpoint("http://sts.example.com:8080");
}

} // namespace

TEST_CASE("Alibaba's AssumeRole is signed as its SDK signs it") {
    const auto r = alibaba_assume_role(some_endpoint(), some_role(), some_keys(),
                                       "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf", some_time);
    CHECK(r.head.method == "POST");
    CHECK(r.head.url() == "http://sts.example.com:8080/");
    CHECK_THAT(r.body, Catch::Contains("&Signature=%2BnaHBG%2BwSCftQdwS%2BzoHeaurgMg%3D&"));
    CHECK_THAT(r.body,
               Catch::Contains("RoleArn=acs%3Aram%3A%3A1234567890123456%3Arole%2Fftp%20gw"));
    CHECK_THAT(r.body, Catch::Contains("Timestamp=2026-11-21T01%3A02%3A03Z"));
    CHECK_THAT(r.body, !Catch::Contains("SecurityToken"));
    CHECK_THAT(r.body, !Catch::Contains("testsecret"));
}

TEST_CASE("AssumeRole carries the base's token and the external id") {
    auto who = some_keys();
    who.session_token = "tok+en";
    auto wanted = some_role();
    wanted.external_id = "out side";
    const auto alibaba = alibaba_assume_role(some_endpoint(), wanted, who, "n", some_time);
    CHECK_THAT(alibaba.body, Catch::Contains("SecurityToken=tok%2Ben"));
    CHECK_THAT(alibaba.body, Catch::Contains("ExternalId=out%20side"));
    const auto amazon = amazon_assume_role(some_endpoint(), "eu-west-1", wanted, who, some_time);
    CHECK(*amazon.head.find("x-amz-security-token") == "tok+en");
    CHECK_THAT(amazon.body, Catch::Contains("ExternalId=out%20side"));
}

TEST_CASE("Amazon's AssumeRole is signed for its own service") {
    const auto r =
        amazon_assume_role(some_endpoint(), "eu-west-1", some_role(), some_keys(), some_time);
    CHECK(r.body == "Action=AssumeRole&DurationSeconds=3600&"
                    "RoleArn=acs%3Aram%3A%3A1234567890123456%3Arole%2Fftp%20gw&"
                    "RoleSessionName=gw-1&Version=2011-06-15");
    REQUIRE(r.head.find("authorization") != nullptr);
    CHECK_THAT(*r.head.find("authorization"),
               Catch::StartsWith("AWS4-HMAC-SHA256 Credential=testid/20261121/eu-west-1/sts/"
                                 "aws4_request, SignedHeaders=content-type;host;"));
}

TEST_CASE("a web identity is not signed, and its token is not in the URL") {
    auto wanted = some_role();
    wanted.provider_arn = "acs:ram::1:oidc-provider/ack";
    const auto alibaba = alibaba_web_identity(some_endpoint(), wanted, "ey.J", some_time);
    CHECK(alibaba.head.target() == "/?Action=AssumeRoleWithOIDC&Format=JSON&"
                                   "Timestamp=2026-11-21T01%3A02%3A03Z&Version=2015-04-01");
    CHECK_THAT(alibaba.body, Catch::Contains("OIDCToken=ey.J"));
    CHECK_THAT(alibaba.body, Catch::Contains("OIDCProviderArn=acs%3Aram%3A%3A1%3Aoidc-provider"));
    const auto amazon = amazon_web_identity(some_endpoint(), wanted, "ey.J");
    CHECK(amazon.head.target() == "/");
    CHECK_THAT(amazon.body, Catch::Contains("WebIdentityToken=ey.J"));
    CHECK(amazon.head.find("authorization") == nullptr);
}

TEST_CASE("the answers of both vendors' STS are read") {
    credentials::reply amazon;
    amazon.status = 200;
    amazon.text = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
                  "<AssumeRoleResult><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>"
                  "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                  "<SessionToken>t</SessionToken><Expiration>2026-11-21T02:02:03Z</Expiration>"
                  "</Credentials></AssumeRoleResult></AssumeRoleResponse>";
    const auto given = parse_sts(vendor::amazon, amazon);
    REQUIRE(given.has_value());
    CHECK(given->who.key_id == "ASIA");
    CHECK(given->who.secret == "s");
    CHECK(given->who.session_token == "t");
    CHECK(given->expires == credentials::time_point(some_time + std::chrono::hours(1)));

    amazon.text.resize(amazon.text.size() - 30);
    CHECK_FALSE(parse_sts(vendor::amazon, amazon).has_value());

    amazon.status = 403;
    amazon.text = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                  "<Message>not you</Message></Error></ErrorResponse>";
    CHECK(parse_sts(vendor::amazon, amazon).error().reason ==
          "STS answered with status 403: AccessDenied: not you");

    credentials::reply alibaba;
    alibaba.status = 404;
    alibaba.text = R"({"Code":"EntityNotExist.Role","Message":"The role not exists: acs"})";
    CHECK(parse_sts(vendor::alibaba, alibaba).error().reason ==
          "STS answered with status 404: EntityNotExist.Role: The role not exists: acs");
}
