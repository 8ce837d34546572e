#include "storage/credentials/documents.hpp"
#include "storage/credentials/expiration.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage::credentials;
using namespace std::chrono_literals;

namespace {

// What was found, as one text.
std::string told(const fetch_result& got) {
    if (!got)
        return "failure: " + got.error().reason;
    const auto& who = got->who;
    return who.key_id + ' ' + who.secret + ' ' + who.session_token;
}

std::optional<time_point> at(const char* text) {
    return parse_expiration(text);
}

} // namespace

TEST_CASE("credentials are read from the JSON of each who gives them out") {
    struct row {
        const char* text;
        const char* told;
    };
    const row rows[] = {
        // Alibaba's metadata
        {R"({"AccessKeyId":"STS.a","AccessKeySecret":"s","SecurityToken":"t",
             "Expiration":"2026-11-21T07:02:03Z","Code":"Success"})",
         "STS.a s t"},
        // Amazon's
        {R"({"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIA","SecretAccessKey":"s",
             "Token":"t","Expiration":"2026-11-21T07:02:03Z"})",
         "ASIA s t"},
        // a program, by Amazon's rules
        {R"({"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","SessionToken":"t"})", "a s t"},
        // a token server, as OSS's best practices have it
        {R"({"StatusCode":200,"AccessKeyId":"STS.3p","AccessKeySecret":"s","SecurityToken":"t",
             "Expiration":"2017-12-12T07:49:09Z"})",
         "STS.3p s t"},
        // Alibaba's STS
        {R"({"RequestId":"r","AssumedRoleUser":{"Arn":"acs"},"Credentials":{"AccessKeyId":"a",
             "AccessKeySecret":"s","SecurityToken":"t","Expiration":"2026-11-21T07:02:03Z"}})",
         "a s t"},
        {R"({"AccessKeyId":"a","AccessKeySecret":"s"})", "a s "},
        {R"({"StatusCode":500,"ErrorCode":"InvalidAccessKeyId.NotFound",
             "ErrorMessage":"Specified access key is not found."})",
         "failure: it was refused: InvalidAccessKeyId.NotFound: Specified access key is not "
         "found."},
        {R"({"Code":"NoPermission","Message":"no"})", "failure: it was refused: NoPermission: no"},
        {R"({"AccessKeyId":"a"})", "failure: what came is not the JSON of credentials"},
        {R"(["a"])", "failure: what came is not the JSON of credentials"},
        {"<html>", "failure: what came is not the JSON of credentials"},
        {"", "failure: what came is not the JSON of credentials"},
        {R"({"AccessKeyId":"a","AccessKeySecret":"s","Expiration":"soon"})",
         "failure: the Expiration that came is no time such as 2026-11-21T07:02:03Z"},
    };
    for (const auto& r : rows) {
        INFO(r.text);
        CHECK(told(parse_json(r.text)) == r.told);
    }
}

TEST_CASE("an expiration is read in any zone") {
    const time_point noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;
    CHECK(at("2026-11-21T12:00:00Z") == noon);
    CHECK(at("2026-11-21T12:00:00.123Z") == noon);
    CHECK(at("2026-11-21T12:00:00+00:00") == noon);
    CHECK(at("2026-11-21T13:30:00+01:30") == noon);
    CHECK(at("2026-11-21T07:00:00-0500") == noon);
    for (const auto* wrong : {"", "2026-11-21", "2026-11-21T12:00:00", "2026-11-21T12:00:00+x:yy"})
        CHECK_FALSE(at(wrong));
    CHECK(parse_json(R"({"AccessKeyId":"a","AccessKeySecret":"s",
                         "Expiration":"2026-11-21T12:00:00Z"})")
              ->expires == noon);
}

TEST_CASE("a failure repeats nothing that could be a secret") {
    const auto got = parse_json(
        R"({"Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched. server string to sign is:POST&%2F&SecurityToken%3DCAISsecret"})");
    CHECK_THAT(told(got), Catch::Contains("SignatureDoesNotMatch: Specified signature"));
    CHECK_THAT(told(got), !Catch::Contains("CAISsecret"));
    CHECK(loggable("one\r\ntwo") == "one  two");
    CHECK(loggable(std::string(1000, 'x')).size() == 200);
}

TEST_CASE("a profile is read from the INI file of any vendor's tools") {
    const std::string amazon = "# comment\n[default]\naws_access_key_id = AKIA\n"
                               "aws_secret_access_key=s=/+\r\n\n[ftp]\nAWS_ACCESS_KEY_ID=b\n"
                               "aws_secret_access_key = c\naws_session_token = d\ns3 =\n"
                               "  aws_access_key_id = nested\n[profile named]\n"
                               "aws_access_key_id = e\naws_secret_access_key = f\n"
                               "[chained]\nrole_arn = r\nsource_profile = default\n";
    const std::string alibaba = "[default]\ntype = access_key\naccess_key_id = LTAI\n"
                                "access_key_secret = s\n; end\n[sts]\ntype=sts\naccess_key_id=a\n"
                                "access_key_secret=b\nsecurity_token=c\n";
    const std::string unreadable = "[default]\naws_access_key_id = a\n"
                                   "aws_secret_access_key = b\nexpiration = tomorrow\n";
    const std::string java = "[Credentials]\noss_access_key_id=a\noss_secret_access_key=b\n";
    struct row {
        const std::string& text;
        const char* profile;
        const char* told;
    };
    const row rows[] = {
        {amazon, "", "AKIA s=/+ "},
        {amazon, "default", "AKIA s=/+ "},
        {amazon, "ftp", "b c d"},
        {amazon, "named", "e f "},
        {amazon, "chained", "failure: the profile \"chained\" has no keys of its own"},
        {amazon, "none", "failure: the file has no profile \"none\""},
        {alibaba, "", "LTAI s "},
        {alibaba, "sts", "a b c"},
        {java, "", "a b "},
        {unreadable, "",
         "failure: the Expiration that came is no time such as 2026-11-21T07:02:03Z"},
    };
    for (const auto& r : rows) {
        INFO(r.profile);
        CHECK(told(parse_ini(r.text, r.profile)) == r.told);
        CHECK(told(parse_file(r.text, r.profile)) == r.told);
    }
    for (const auto* broken : {"", "[", "[default", "=", "a=b", "[default]\n=\n", "[]\n x"})
        CHECK_FALSE(parse_file(broken, "").has_value());
}

TEST_CASE("a profile is read from the configuration of Alibaba's command line tool") {
    const std::string text = R"({"current":"ftp","profiles":[
        {"name":"default","mode":"AK","access_key_id":"a","access_key_secret":"b"},
        {"name":"ftp","mode":"StsToken","access_key_id":"c","access_key_secret":"d",
         "sts_token":"e"},
        {"name":"role","mode":"EcsRamRole","ram_role_name":"r"}]})";
    CHECK(told(parse_file(text, "")) == "c d e");
    CHECK(told(parse_file(text, "default")) == "a b ");
    CHECK(told(parse_file(text, "role")) ==
          "failure: the profile \"role\" has no keys of its own (mode EcsRamRole)");
    CHECK(told(parse_file(text, "x")) == "failure: the file has no profile \"x\"");
}
