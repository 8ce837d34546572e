#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/content_check.hpp"
#include "storage/rest/object_headers.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/unit/crc_vectors.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace objftpd::tests;
using headers = std::vector<http::header>;

namespace {

const std::string md5_of_digits = "25f9e794323b453885f5181f1b624d0b";

rest::stored told(headers all, const rest::dialect& speech = s3::s3_dialect()) {
    rest::answer a;
    a.headers = std::move(all);
    return rest::stored_from(a, speech);
}

rest::object_head head_of(headers all, const rest::dialect& speech) {
    rest::answer a;
    a.headers = std::move(all);
    a.headers.emplace_back("content-length", "9");
    return rest::head_from(a, speech).value();
}

bool passes(const rest::stored& what, const std::string& bytes) {
    rest::content_check check(what);
    check.add(std::string_view(bytes).substr(0, 4));
    check.add(std::string_view(bytes).substr(4));
    return check.holds();
}

} // namespace

TEST_CASE("checksums are written and read as S3 has them") {
    struct row {
        crc_kind kind;
        std::uint64_t value;
        const char* header;
        const char* text;
    };
    const auto r = GENERATE(
        row{crc_kind::crc32, 0xcbf43926, "x-amz-checksum-crc32", "y/Q5Jg=="},
        row{crc_kind::crc32c, 0xe3069283, "x-amz-checksum-crc32c", "4waSgw=="},
        row{crc_kind::crc64nvme, 0xae8b14860a799888, "x-amz-checksum-crc64nvme", "rosUhgp5mIg="});
    CHECK(rest::header_of(r.kind) == r.header);
    CHECK(rest::text_of({r.kind, r.value}) == r.text);
    const auto all = told({{"etag", "\"e\""}, {r.header, r.text}});
    CHECK(all.crcs.find(r.kind) == r.value);
    CHECK(passes(all, digits));
    CHECK_FALSE(passes(all, "123456780"));
}

TEST_CASE("a checksum that may be of something else than the whole content is none") {
    const http::header sum("x-amz-checksum-crc32c", "4waSgw==");
    const http::header composite("x-amz-checksum-type", "COMPOSITE");
    const http::header whole("x-amz-checksum-type", "FULL_OBJECT");
    const auto crc = [](headers all) { return told(std::move(all)).crcs.find(crc_kind::crc32c); };
    CHECK(crc({{"etag", "\"e\""}, sum, whole}) == 0xe3069283);
    CHECK(crc({{"etag", "\"e-2\""}, sum, whole}) == 0xe3069283);
    CHECK_FALSE(crc({{"etag", "\"e-2\""}, sum}));
    CHECK_FALSE(crc({{"etag", "\"e\""}, sum, composite}));
    CHECK_FALSE(crc({{"etag", "\"e\""}, {"x-amz-checksum-crc32c", "KLAeGg==-2"}}));
    for (const auto* broken : {"", "4waSgw", "4waSgw==4waSgw==", "rosUhgp5mIg=", "????"})
        CHECK_FALSE(crc({{"etag", "\"e\""}, {"x-amz-checksum-crc32c", broken}}));
}

TEST_CASE("content of which the store tells nothing passes") {
    CHECK(passes(told({{"etag", "\"e\""}}), digits));
    CHECK(passes(told({{"etag", "\"" + md5_of_digits + "-2\""}}), "987654321"));
}

TEST_CASE("content is compared with hashes where there is no CRC") {
    const http::header sha1("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=");
    CHECK(passes(told({{"etag", "\"e\""}, sha1}), digits));
    CHECK_FALSE(passes(told({{"etag", "\"e\""}, sha1}), "123456780"));
    const http::header etag("etag", "\"25F9E794323B453885F5181F1B624D0B\"");
    CHECK(passes(told({etag}), digits));
    CHECK_FALSE(passes(told({etag}), "123456780"));
}

TEST_CASE("what a store keeps of an object's hashes is known without its content") {
    const s3::s3_dialect s3;
    const oss::oss_dialect oss(oss::signature::v4);
    const std::string in_base64 = "JfnnlDI7RTiF9RgfG2JNCw==";
    struct row {
        const char* name;
        headers all;
        bool is_oss;
        hash_algorithm algorithm;
        std::string hex; // empty: not known
    };
    using enum hash_algorithm;
    const auto r = GENERATE_COPY(
        row{"an ETag", {{"etag", "25F9E794323B453885F5181F1B624D0B"}}, false, md5, md5_of_digits},
        row{"an ETag of parts", {{"etag", "25F9E794323B453885F5181F1B624D0B-2"}}, false, md5, ""},
        row{"S3's CRC",
            {{"etag", "e"}, {"x-amz-checksum-crc32", "y/Q5Jg=="}},
            false,
            crc32,
            "cbf43926"},
        row{"S3's SHA-1",
            {{"etag", "e"}, {"x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="}},
            false,
            sha1,
            "f7c3bc1d808e04732adf679965ccc34ca7ae3441"},
        row{"S3's SHA-256",
            {{"etag", "e"},
             {"x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}},
            false,
            sha256,
            "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"},
        row{"another one", {{"etag", "e"}, {"x-amz-checksum-crc32", "y/Q5Jg=="}}, false, sha1, ""},
        row{"rclone's, of parts",
            {{"etag", "e-2"}, {"x-amz-meta-md5chksum", in_base64}},
            false,
            md5,
            md5_of_digits},
        row{"no MD5 in the metadata",
            {{"etag", "e-2"}, {"x-amz-meta-md5chksum", "abc"}},
            false,
            md5,
            ""},
        row{"rclone's on OSS",
            {{"etag", "e-2"},
             {"x-oss-object-type", "Multipart"},
             {"x-oss-meta-md5chksum", in_base64}},
            true,
            md5,
            md5_of_digits},
        row{"rclone's of what has grown",
            {{"etag", "e"},
             {"x-oss-object-type", "Appendable"},
             {"x-oss-meta-md5chksum", in_base64}},
            true,
            md5,
            ""},
        row{"OSS's own, encrypted",
            {{"etag", "25F9E794323B453885F5181F1B624D0C"},
             {"x-oss-server-side-encryption", "KMS"},
             {"x-oss-object-type", "Normal"},
             {"content-md5", in_base64}},
            true,
            md5,
            md5_of_digits},
        row{"OSS's of what has grown",
            {{"etag", "e"}, {"x-oss-object-type", "Appendable"}, {"content-md5", in_base64}},
            true,
            md5,
            ""},
        row{"somebody's on S3", {{"etag", "e"}, {"content-md5", in_base64}}, false, md5, ""});
    INFO(r.name);
    const auto& speech = r.is_oss ? static_cast<const rest::dialect&>(oss) : s3;
    CHECK(rest::known_hash(head_of(r.all, speech), r.algorithm).value_or("") == r.hex);
}

TEST_CASE("a hash that somebody has noted is no reason to refuse a download") {
    const s3::s3_dialect s3;
    const auto head =
        head_of({{"etag", "e-2"}, {"x-amz-meta-md5chksum", "JfnnlDI7RTiF9RgfG2JNCw=="}}, s3);
    CHECK(passes(head, "987654321"));
}
