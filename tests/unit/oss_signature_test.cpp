#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "storage/oss/signature_v1.hpp"
#include "storage/oss/signature_v4.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace std::chrono_literals;

namespace {

const auto signed_at = std::chrono::sys_seconds(1795222923s); // 2026-11-21 01:02:03
const std::string odd_key = "dir a/文件+(1)~.txt";
const std::string token = "CAISexample//STS+token==";
const http::credentials oss_keys = {"LTAI5tExampleKeyId0001", "ExampleSecret/+0123456789abcdef",
                                    ""};
const http::credentials temporary_oss_keys = {oss_keys.key_id, oss_keys.secret, token};

http::request oss_request(std::string method, std::string bucket, std::string key,
                          std::vector<http::parameter> query = {},
                          std::vector<http::header> headers = {}) {
    http::request r;
    r.method = std::move(method);
    r.scheme = "https";
    r.host =
        bucket.empty() ? "oss-cn-hangzhou.aliyuncs.com" : bucket + ".oss-cn-hangzhou.aliyuncs.com";
    r.path = "/";
    r.bucket = std::move(bucket);
    r.key = std::move(key);
    r.query = std::move(query);
    r.headers = std::move(headers);
    return r;
}

http::request put_with_headers() {
    return oss_request("PUT", "mybucket", odd_key, {},
                       {{"content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="},
                        {"content-type", "text/plain"},
                        {"x-oss-meta-mtime", "1700000000.5"},
                        {"x-oss-object-acl", "private"}});
}

std::string oss_proof_of(const std::string& text, const std::string& name = "Signature=") {
    return text.substr(text.rfind(name) + name.size());
}

struct signed_request {
    http::request request;
    http::credentials who;
    std::string signature;
};

} // namespace

TEST_CASE("OSS requests are signed in version 1 as its tools do") {
    const std::vector<signed_request> rows = {
        {put_with_headers(), oss_keys, "8EF8a4xLKX2OAQfjfuA79tEAtxk="},
        {oss_request("PUT", "mybucket", "big.bin",
                     {{"partNumber", "3"}, {"uploadId", "0004B9894A22E5B1888A1E29F8236E2D"}},
                     {{"content-type", "application/octet-stream"}}),
         temporary_oss_keys, "3V8SvSOPO7I1Qoa9ltTNf7rqQU4="},
        {oss_request(
             "POST", "mybucket", "", {{"delete"}},
             {{"content-md5", "rL0Y20zC+Fzt72VPzMSk2A=="}, {"content-type", "application/xml"}}),
         oss_keys, "ftzXN7wjzPaXmbnBsDyPi3eDcpw="},
        {oss_request("GET", "mybucket", "",
                     {{"list-type", "2"}, {"prefix", "a b/"}, {"max-keys", "1000"}}),
         oss_keys, "3iHzhpwwfJRa+6hvxjj9Sr1DB9M="},
        {oss_request("POST", "mybucket", "log.txt", {{"append"}, {"position", "65536"}},
                     {{"content-type", "application/octet-stream"}}),
         oss_keys, "2cZYtHaJNlDQsrcGu+hOWISeLSI="},
    };
    for (auto r : rows) {
        oss::sign_v1(r.request, r.who, signed_at);
        CHECK(*r.request.find("authorization") == "OSS " + oss_keys.key_id + ':' + r.signature);
    }
}

TEST_CASE("version 1 signs the vendor's published example") {
    const auto r = oss_request("PUT", "oss-example", "nelson", {},
                               {{"content-md5", "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM="},
                                {"content-type", "text/html"},
                                {"x-oss-magic", "abracadabra"},
                                {"x-oss-meta-author", "foo@bar.com"}});
    const auto text = oss::string_to_sign_v1(r, "Thu, 17 Nov 2005 18:49:58 GMT");
    CHECK(http::base64(http::hmac_sha1("OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV", text)) ==
          "26NBxoKdsyly4EDv6inkoDft/yA=");
}

TEST_CASE("version 1 signs URLs ahead, with the token among the signed parameters") {
    const auto url = oss::presign_v1(
        oss_request("GET", "mybucket", "dir a/x.bin", {{"response-content-type", "text/plain"}}),
        temporary_oss_keys, signed_at);
    CHECK(oss_proof_of(url) == "jSsEHfcoyFqg38XHudJmMNGt5Cw%3D");
}

TEST_CASE("OSS requests are signed in version 4 as its tools do") {
    const std::vector<signed_request> rows = {
        {put_with_headers(), oss_keys,
         "0d0292181d31f450a32668856923617f89c091b6f2499eaf696cdad70cd7e6a0"},
        {oss_request("PUT", "mybucket", "big.bin",
                     {{"partNumber", "3"}, {"uploadId", "0004B9894A22E5B1888A1E29F8236E2D"}}),
         temporary_oss_keys, "27d7919c7abc62fd0a3efb601e4215f355bfa1bd8306d7292df532bc16a1d2e9"},
        {oss_request("GET", "mybucket", "",
                     {{"list-type", "2"},
                      {"prefix", "a b/"},
                      {"delimiter", "/"},
                      {"max-keys", "1000"},
                      {"encoding-type", "url"}}),
         oss_keys, "7d4fff4aaf181dd8e2a38e470ef3dc5ed90bcf51d44376afc56c8faddff964f3"},
        {oss_request(
             "POST", "mybucket", "", {{"delete"}, {"encoding-type", "url"}},
             {{"content-md5", "rL0Y20zC+Fzt72VPzMSk2A=="}, {"content-type", "application/xml"}}),
         oss_keys, "5066d890aec8623647269cc70aaaac2b270f60571ce1f272f69ef98e8cc1e394"},
        {oss_request("POST", "mybucket", "log.txt", {{"append"}, {"position", "65536"}},
                     {{"content-type", "application/octet-stream"}}),
         oss_keys, "7827cfab645ebbeb540eff21335229bc8da1f70f2fa29191ec96fd9cbd4e2871"},
        {oss_request("GET", "", ""), oss_keys,
         "8aa5508d116bff7788911ca287bc145b56e1653878296bee7df39fd94e05cc32"},
        {oss_request("POST", "mybucket", "new/b.txt", {{"x-oss-rename"}},
                     {{"x-oss-rename-source", "old%20dir%2Fa.txt"}}),
         oss_keys, "d59bfd859e941368d3f8a3a0e2df653b77d8cd1a918b8ff9c8df5a20d9a160f0"},
    };
    for (auto r : rows) {
        oss::sign_v4(r.request, r.who, {"cn-hangzhou"}, signed_at);
        CHECK(oss_proof_of(*r.request.find("authorization")) == r.signature);
        CHECK(r.request.find("authorization")->find("AdditionalHeaders") == std::string::npos);
    }
}

TEST_CASE("version 4's key is derived step by step as its tools do") {
    const auto hex = [](const std::string& bytes) {
        return http::to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
    };
    const auto day = http::hmac_sha256("aliyun_v4" + oss_keys.secret, "20261121");
    CHECK(hex(day) == "5535356a8c6105f861a6e6da9fed9459a917e8ae9c2a696b3793e400ec997b07");
    const auto region = http::hmac_sha256(day, "cn-hangzhou");
    CHECK(hex(region) == "9a471c70757a1a299ebdcb6a77ca689f4de2dc6cc3fb0cbcb65093b276b8707a");
    const auto product = http::hmac_sha256(region, "oss");
    CHECK(hex(product) == "ca3c813bdf18b13150c2c9a740f5c053c3d7c02bd6ef59f28e3778ceed1914b0");
    const http::v4_dialect alibaba = {"OSS4-HMAC-SHA256", "aliyun_v4", "aliyun_v4_request"};
    CHECK(hex(http::v4_signing_key(alibaba, oss_keys.secret, http::iso_time(signed_at),
                                   "cn-hangzhou", "oss")) ==
          "222332132de82923b8f3db8da4ae290f2b090ff17e6cb6fdc81447255f6dc1ad");
}

TEST_CASE("version 4's canonical request of a listing is that of its tools") {
    auto r = oss_request("GET", "mybucket", "",
                         {{"list-type", "2"},
                          {"prefix", "a b/"},
                          {"delimiter", "/"},
                          {"max-keys", "1000"},
                          {"encoding-type", "url"}});
    oss::sign_v4(r, oss_keys, {"cn-hangzhou"}, signed_at);
    std::erase_if(r.headers, [](const auto& h) { return h.name == "authorization"; });
    CHECK(http::sha256_hex(oss::canonical_request(r, {})) ==
          "0039230c530c4b1b068630a207459d3361e3dbd988d6a01f02c47c12484efe80");
}

TEST_CASE("version 4 signs further headers where it is told to") {
    auto r = oss_request("GET", "mybucket", "x.bin", {}, {{"range", "bytes=0-9"}});
    oss::sign_v4(r, oss_keys, {"cn-hangzhou"}, signed_at, {"host", "range", "not-there"});
    CHECK(oss_proof_of(*r.find("authorization")) ==
          "61d3a5eebd03fff8dfdd032b583a6e587e5a395759176a06f9be5890e950e7a6");
    CHECK(r.find("authorization")->find(",AdditionalHeaders=host;range,") != std::string::npos);
}

TEST_CASE("version 4 agrees with the vendor's own unit test") {
    const http::credentials who = {"ak", "sk", ""};
    const auto request = [] {
        return oss_request("PUT", "bucket", "1234+-/123/1.txt",
                           {{"param1", "value1"},
                            {"|param1", "value4"},
                            {"+param1", "value3"},
                            {"+param2"},
                            {"|param2"},
                            {"param2"}},
                           {{"x-oss-head1", "value"},
                            {"abc", "value"},
                            {"zabc", "value"},
                            {"xyz", "value"},
                            {"content-type", "text/plain"}});
    };
    auto plain = request();
    oss::sign_v4(plain, who, {"cn-hangzhou"}, std::chrono::sys_seconds(1702743657s));
    CHECK(oss_proof_of(*plain.find("authorization")) ==
          "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe");
    std::erase_if(plain.headers, [](const auto& h) { return h.name == "authorization"; });
    CHECK(oss::canonical_request(plain, {}) ==
          "PUT\n/bucket/1234%2B-/123/1.txt\n"
          "%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2\n"
          "content-type:text/plain\nx-oss-content-sha256:UNSIGNED-PAYLOAD\n"
          "x-oss-date:20231216T162057Z\nx-oss-head1:value\n\n\nUNSIGNED-PAYLOAD");

    auto with_token = request();
    oss::sign_v4(with_token, {"ak", "sk", "token"}, {"cn-hangzhou"},
                 std::chrono::sys_seconds(1702784856s));
    CHECK(oss_proof_of(*with_token.find("authorization")) ==
          "b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea");

    auto additional = request();
    oss::sign_v4(additional, who, {"cn-hangzhou"}, std::chrono::sys_seconds(1702747512s),
                 {"zabc", "abc"});
    CHECK(oss_proof_of(*additional.find("authorization")) ==
          "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f");

    const auto ahead = [&](const http::credentials& by, std::chrono::seconds time,
                           const std::vector<std::string>& names) {
        auto r = request();
        r.set("content-type", "application/octet-stream");
        return oss_proof_of(oss::presign_v4(std::move(r), by, {"cn-hangzhou"},
                                            std::chrono::sys_seconds(time), 599s, names),
                            "x-oss-signature=");
    };
    CHECK(ahead(who, 1702781677s, {}) ==
          "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe");
    CHECK(ahead({"ak", "sk", "token"}, 1702785388s, {}) ==
          "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5");
    CHECK(ahead(who, 1702783809s, {"abc", "zabc"}) ==
          "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7");
}

TEST_CASE("version 4 signs URLs ahead, with a token") {
    const auto url = oss::presign_v4(
        oss_request("GET", "mybucket", "dir a/x.bin", {{"response-content-type", "text/plain"}}),
        temporary_oss_keys, {"cn-hangzhou"}, signed_at, 3600s);
    CHECK(oss_proof_of(url, "x-oss-signature=") ==
          "e7ae39a37b573c8b7b1b16d1aa72dcf78e5cd41d0bc44b629bb91277b289911d");
}

TEST_CASE("an anonymous OSS request carries no credentials of any kind") {
    auto r = oss_request("GET", "mybucket", "k");
    oss::sign_v4(r, {}, {"cn-hangzhou"}, signed_at);
    oss::sign_v1(r, {}, signed_at);
    CHECK(r.headers.empty());
}
