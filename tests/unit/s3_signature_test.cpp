#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "storage/s3/signature_v4.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace std::chrono_literals;

namespace {

const auto day_of_examples = std::chrono::sys_seconds(1369353600s); // 2013-05-24 00:00:00
const auto later = std::chrono::sys_seconds(1795222923s);           // 2026-11-21 01:02:03
const std::string hash_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const http::credentials publisher = {"AKIAIOSFODNN7EXAMPLE",
                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
const http::credentials s3_keys = {"AKIDEXAMPLE0000000000",
                                   "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""};
const http::credentials temporary_s3_keys = {s3_keys.key_id, s3_keys.secret,
                                             "FwoGZXIvYXdzEXAMPLE//token=="};

http::request s3_request(std::string method, std::string host, std::string path,
                         std::vector<http::parameter> query = {},
                         std::vector<http::header> headers = {}) {
    http::request r;
    r.method = std::move(method);
    r.scheme = "https";
    r.host = std::move(host);
    r.path = std::move(path);
    r.query = std::move(query);
    r.headers = std::move(headers);
    return r;
}

std::string hex(const std::string& bytes) {
    return http::to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string s3_proof_of(const std::string& text) {
    return text.substr(text.find("Signature=", text.find("SignedHeaders=")) + 10);
}

} // namespace

TEST_CASE("S3 requests are signed as in the vendor's published examples") {
    struct row {
        http::request request;
        std::string payload;
        std::string signature;
    };
    const std::string host = "examplebucket.s3.amazonaws.com";
    const std::vector<row> rows = {
        {s3_request("GET", host, "/test.txt", {}, {{"range", "bytes=0-9"}}), hash_of_nothing,
         "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
        {s3_request("PUT", host, "/test%24file.text", {},
                    {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}),
         http::sha256_hex("Welcome to Amazon S3."),
         "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
        {s3_request("GET", host, "/", {{"lifecycle"}}), hash_of_nothing,
         "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
        {s3_request("GET", host, "/", {{"max-keys", "2"}, {"prefix", "J"}}), hash_of_nothing,
         "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    };
    for (auto r : rows) {
        s3::sign(r.request, publisher, {"us-east-1"}, day_of_examples, r.payload);
        CHECK(s3_proof_of(*r.request.find("authorization")) == r.signature);
    }
}

TEST_CASE("the canonical request of S3 is the published one") {
    auto r = s3_request("GET", "examplebucket.s3.amazonaws.com", "/test.txt", {},
                        {{"range", "bytes=0-9"}});
    s3::sign(r, publisher, {"us-east-1"}, day_of_examples, hash_of_nothing);
    std::erase_if(r.headers, [](const auto& h) { return h.name == "authorization"; });
    CHECK(http::sha256_hex(s3::canonical_request(r, hash_of_nothing)) ==
          "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
}

TEST_CASE("S3 requests are signed as the vendor's own tools do, tokens and odd keys included") {
    auto put = s3_request("PUT", "mybucket.s3.eu-west-1.amazonaws.com",
                          "/dir%20a/%E6%96%87%E4%BB%B6%2B%281%29~.txt", {},
                          {{"content-type", "text/plain"}, {"x-amz-meta-mtime", "1700000000.5"}});
    s3::sign(put, temporary_s3_keys, {"eu-west-1"}, later, s3::unsigned_payload);
    CHECK(s3_proof_of(*put.find("authorization")) ==
          "76e754256b35a89b9176330a15bb5d78c469c73c6870aff5f252541802845d43");
    std::erase_if(put.headers, [](const auto& h) { return h.name == "authorization"; });
    CHECK(http::sha256_hex(s3::canonical_request(put, s3::unsigned_payload)) ==
          "041d1cf6a8e5b851ed5f756e2cc89c7ee8757801e1d1588138fb416723a259f3");

    auto list = s3_request("GET", "127.0.0.1:9000", "/mybucket",
                           {{"list-type", "2"},
                            {"prefix", "a b/"},
                            {"delimiter", "/"},
                            {"encoding-type", "url"},
                            {"max-keys", "1000"}});
    s3::sign(list, s3_keys, {"us-east-1"}, later, hash_of_nothing);
    CHECK(s3_proof_of(*list.find("authorization")) ==
          "162c8d403848704e304fcd954164c6f1b50302f24c7d27b0a43eb2a2986defa5");

    auto begin = s3_request("POST", "mybucket.s3.us-east-1.amazonaws.com", "/big.bin",
                            {{"uploads", ""}}, {{"content-type", "application/octet-stream"}});
    s3::sign(begin, s3_keys, {"us-east-1"}, later, hash_of_nothing);
    CHECK(s3_proof_of(*begin.find("authorization")) ==
          "a68d010105a358fa5aa368979289c5b590b24a17e75a089453966362f0ad3069");

    auto hashed = s3_request("PUT", "mybucket.s3.us-east-1.amazonaws.com", "/h.txt", {},
                             {{"content-md5", "XrY7u+Ae7tCTyyK7j1rNww=="}});
    s3::sign(hashed, s3_keys, {"us-east-1"}, later, http::sha256_hex("hello world"));
    CHECK(s3_proof_of(*hashed.find("authorization")) ==
          "dfeba15763cd2e055a3b3c269d46f8f136378996b5d7e3a01d3ab01fff886f5f");
}

TEST_CASE("S3's key of a day is the published one") {
    const http::v4_dialect amazon = {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"};
    CHECK(hex(http::v4_signing_key(amazon, publisher.secret, http::iso_time(day_of_examples),
                                   "us-east-1", "s3")) ==
          "dbb893acc010964918f1fd433add87c70e8b0db6be30c1fbeafefa5ec6ba8378");
}

TEST_CASE("S3 URLs are signed ahead, with and without a token") {
    const auto plain = s3::presign(s3_request("GET", "examplebucket.s3.amazonaws.com", "/test.txt"),
                                   publisher, {"us-east-1"}, day_of_examples, 86400s);
    CHECK(s3_proof_of(plain) == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
    const auto with_token =
        s3::presign(s3_request("GET", "mybucket.s3.eu-west-1.amazonaws.com", "/dir%20a/x.bin"),
                    temporary_s3_keys, {"eu-west-1"}, later, 3600s);
    CHECK(s3_proof_of(with_token) ==
          "6f786a6508cc8fb1764136ca7f2f389c51fcb9b2530f0fe17aeabe86b4c71700");
    CHECK(
        with_token.starts_with("https://mybucket.s3.eu-west-1.amazonaws.com/dir%20a/x.bin?X-Amz-"));
}

TEST_CASE("an anonymous S3 request carries no credentials of any kind") {
    auto r = s3_request("GET", "b.s3.amazonaws.com", "/k");
    s3::sign(r, {}, {"us-east-1"}, later, s3::unsigned_payload);
    CHECK(r.headers.empty());
}
