#include "storage/http/signing.hpp"
#include "tests/oss_server/server_under_test.hpp"

#include "storage/http/encoding.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

struct malformed_row {
    const char* name;
    std::string text; // of the whole head; HOST and AUTH are replaced
    unsigned status;
    const char* code;
};

std::string replace(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

} // namespace

TEST_CASE_METHOD(server_under_test,
                 "a head that is no HTTP or that contradicts itself is refused") {
    const std::vector<malformed_row> rows = {
        {"no HTTP", "nonsense\r\n\r\n", 400, "BadRequest"},
        {"no host", "GET /bucket/k HTTP/1.1\r\n\r\n", 400, "BadRequest"},
        {"two hosts", "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", 400,
         "InvalidArgument"},
        {"an absolute target", "GET http://HOST/bucket/k HTTP/1.1\r\nHost: HOST\r\n\r\n", 400,
         "BadRequest"},
        {"two lengths",
         "PUT /bucket/k HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
         400, "BadRequest"},
        {"a length and chunks",
         "PUT /bucket/k HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nTransfer-Encoding: "
         "chunked\r\n\r\n",
         400, "BadRequest"},
        {"chunks and a length",
         "PUT /bucket/k HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nContent-Length: "
         "1\r\n\r\n",
         400, "BadRequest"},
        {"a negative length", "PUT /bucket/k HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n",
         400, "BadRequest"},
        {"a space in a name", "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\nx-oss meta: 1\r\n\r\n", 400,
         "BadRequest"},
        {"a head without end",
         "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\nx: " + std::string(40000, 'x') + "\r\n\r\n", 400,
         "BadRequest"},
        {"a target without end", "GET /" + std::string(40000, 'x') + " HTTP/1.1\r\n\r\n", 400,
         "BadRequest"},
        {"two authorizations",
         "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n",
         400, "InvalidArgument"},
        {"an unknown authorization",
         "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\nAuthorization: a\r\n\r\n", 400,
         "InvalidArgument"},
        {"two kinds of authorization",
         "GET /bucket/k?Signature=a&x-oss-signature=b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400,
         "InvalidRequest"},
        {"a parameter twice", "GET /bucket/k?acl&acl HTTP/1.1\r\nHost: HOST\r\n\r\n", 400,
         "InvalidArgument"},
        {"a broken escape", "GET /bucket/%4 HTTP/1.1\r\nHost: HOST\r\n\r\n", 400,
         "InvalidObjectName"},
        {"a NUL", "GET /bucket/a%00b HTTP/1.1\r\nHost: HOST\r\n\r\n", 400, "InvalidObjectName"},
        {"nobody's name", "GET /k HTTP/1.1\r\nHost: example.com\r\n\r\n", 403,
         "NonStandardHostForbidden"},
        {"a bucket in the path of OSS's own name",
         "GET /bucket/k HTTP/1.1\r\nHost: oss-cn-hangzhou.aliyuncs.com\r\n\r\n", 403,
         "SecondLevelDomainForbidden"},
        {"a bucket that can be none", "GET /B_/k HTTP/1.1\r\nHost: HOST\r\n\r\n", 400,
         "InvalidBucketName"},
        {"nothing signed", "GET /bucket/k HTTP/1.1\r\nHost: HOST\r\n\r\n", 403, "AccessDenied"},
    };
    for (const auto& row : rows) {
        INFO(row.name);
        auto connection = connect();
        connection.send(replace(row.text, "HOST", server->host()));
        const auto answer = receive(connection);
        CHECK(answer.status == row.status);
        CHECK(answer.code() == row.code);
        CHECK(answer.element("RequestId") == answer.header("x-oss-request-id"));
        CHECK(answer.header("x-oss-ec") == answer.element("EC"));
    }
}

TEST_CASE_METHOD(server_under_test, "a method or a subresource that there is not is said so") {
    CHECK(ask(signed_request("PATCH", "bucket", "k")).code() == "MethodNotAllowed");
    const auto lifecycle = signed_request(
        "GET", "bucket", "", [](http::request& r) { r.query.emplace_back("lifecycle"); });
    CHECK(ask(lifecycle).status == 501);
    const auto both = signed_request("GET", "bucket", "k", [](http::request& r) {
        r.query.emplace_back("acl");
        r.query.emplace_back("tagging");
    });
    CHECK(ask(both).code() == "InvalidArgument");
}

TEST_CASE_METHOD(server_under_test, "an error of HEAD is in a header, as there is no body") {
    const auto answer = ask(signed_request("HEAD", "bucket", "nothing"));
    CHECK(answer.status == 404);
    CHECK(answer.body.empty());
    const auto document = http::from_base64(answer.header("x-oss-err"));
    REQUIRE(document);
    CHECK(document->find("<Code>NoSuchKey</Code>") != std::string::npos);
}

TEST_CASE_METHOD(server_under_test, "a link cannot put a header into its answer") {
    REQUIRE(ask(signed_request("PUT", "bucket", "k"), "x").status == 200);
    const auto split = signed_request("GET", "bucket", "k", [](http::request& r) {
        r.query.emplace_back("response-content-type", "a\r\nx-evil: 1");
    });
    const auto answer = ask(split);
    CHECK(answer.code() == "InvalidArgument");
    CHECK(answer.header("x-evil").empty());
}

TEST_CASE_METHOD(server_under_test, "what version 4 of the signature demands is demanded") {
    const auto code_of = [&](const std::function<void(http::request&)>& spoil) {
        auto r = signed_request("GET", "bucket", "nothing");
        spoil(r);
        return ask(r).code();
    };
    const auto edit = [](const std::string& from, const std::string& to) {
        return [=](http::request& r) {
            r.set("authorization", replace(*r.find("authorization"), from, to));
        };
    };
    CHECK(code_of([](http::request&) {}) == "NoSuchKey");
    CHECK(code_of([](http::request& r) { r.set("x-oss-meta-added", "1"); }) ==
          "SignatureDoesNotMatch");
    CHECK(code_of([](http::request& r) { r.set("x-oss-content-sha256", "0"); }) ==
          "InvalidArgument");
    CHECK(code_of(edit(",Signature", ",AdditionalHeaders=,Signature")) == "InvalidArgument");
    CHECK(code_of(edit(",Signature", ",AdditionalHeaders=range,Signature")) == "InvalidArgument");
    CHECK(code_of(edit("cn-hangzhou", "cn-beijing")) == "InvalidArgument");
    CHECK(code_of(edit("/oss/", "/ecs/")) == "InvalidArgument");
    CHECK(code_of(edit("Credential=key/2", "Credential=key/1")) == "InvalidArgument");
    const auto day = http::iso_time(now()).substr(0, 8);
    CHECK(code_of(edit(day + "/cn", "/cn")) == "InvalidArgument");
    CHECK(code_of(edit(day + "/cn", day.substr(0, 6) + "/cn")) == "InvalidArgument");
    CHECK(code_of(edit(day + "/cn", day + "T/cn")) == "InvalidArgument");
    CHECK(code_of(edit("Signature=", "Signature=0")) == "SignatureDoesNotMatch");
    CHECK(code_of([](http::request& r) { r.set("x-oss-date", "yesterday"); }) == "AccessDenied");

    auto with_range = plain_request("GET", "bucket", "nothing");
    with_range.set("range", "bytes=0-1");
    storage::oss::sign_v4(with_range, keys, scope(), now(), {"range", "host"});
    CHECK(ask(with_range).code() == "NoSuchKey");
    with_range.set("range", "bytes=0-2");
    CHECK(ask(with_range).code() == "SignatureDoesNotMatch");
}
