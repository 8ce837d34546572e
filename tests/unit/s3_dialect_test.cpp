#include "storage/http/signing.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "storage/s3/signature_v4.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace std::chrono_literals;
using rest::operation;
using s3::s3_dialect;
using payload = s3_dialect::payload;

namespace {

rest::call call_with(operation what, std::string_view body, bool md5) {
    rest::call c(what, "PUT", "key");
    if (md5)
        c.headers.emplace_back("content-md5", "x");
    c.body.emplace_back(body);
    return c;
}

} // namespace

TEST_CASE("S3 bodies are hashed for the signature where nothing else protects them") {
    struct row {
        payload wanted;
        operation what;
        const char* body;
        bool md5;
        const char* scheme;
        bool hashed;
    };
    const row rows[] = {
        {payload::unprotected, operation::put_object, "file", true, "https", false},
        {payload::unprotected, operation::put_object, "file", false, "https", false},
        {payload::unprotected, operation::put_object, "file", true, "http", false},
        {payload::unprotected, operation::put_object, "file", false, "http", true},
        {payload::unprotected, operation::put_object, "", false, "http", false},
        {payload::unprotected, operation::upload_part, "part", true, "http", false},
        {payload::unprotected, operation::upload_part, "part", false, "http", true},
        {payload::unprotected, operation::delete_objects, "<Delete/>", true, "https", true},
        {payload::unprotected, operation::put_tags, "<Tagging/>", true, "http", true},
        {payload::unprotected, operation::complete_upload, "<C/>", false, "https", true},
        {payload::unprotected, operation::get_object, "", false, "http", false},
        {payload::none, operation::put_object, "file", false, "http", false},
        {payload::none, operation::complete_upload, "<C/>", false, "https", false},
        {payload::all, operation::upload_part, "part", true, "https", true},
        {payload::all, operation::get_object, "", false, "https", true},
    };
    for (const auto& r : rows) {
        const s3_dialect speech(s3_dialect::etags::md5, std::nullopt, r.wanted);
        INFO(rest::name_of(r.what) << ' ' << r.body << ' ' << r.md5 << ' ' << r.scheme);
        CHECK(speech.hashes_body(call_with(r.what, r.body, r.md5), r.scheme) == r.hashed);
    }
}

TEST_CASE("a body's hash ends the canonical request, and UNSIGNED-PAYLOAD one without") {
    const http::credentials who = {"id", "secret", ""};
    const auto now = std::chrono::sys_seconds(1795222923s);
    http::request r;
    r.method = "PUT";
    r.host = "store.test";
    r.path = "/b/k";
    const s3_dialect speech;
    SECTION("hashed") {
        const auto hash = http::sha256_hex("file");
        r.set("x-amz-content-sha256", hash);
        auto expected = r;
        s3::sign(expected, who, {"eu-west-1"}, now, hash);
        speech.sign(r, who, "eu-west-1", now);
        CHECK(*r.find("authorization") == *expected.find("authorization"));
        CHECK_THAT(speech.signed_text(r), Catch::EndsWith('\n' + hash));
    }
    SECTION("not hashed") {
        speech.sign(r, who, "eu-west-1", now);
        CHECK(*r.find("x-amz-content-sha256") == "UNSIGNED-PAYLOAD");
        CHECK_THAT(speech.signed_text(r), Catch::EndsWith("\nUNSIGNED-PAYLOAD"));
    }
    CHECK(speech.string_to_sign(r, "eu-west-1") ==
          "AWS4-HMAC-SHA256\n" + http::iso_time(now) + "\n" + http::iso_time(now).substr(0, 8) +
              "/eu-west-1/s3/aws4_request\n" + http::sha256_hex(speech.signed_text(r)));
}
