#include "storage/error.hpp"
#include "storage/http/signing.hpp"
#include "storage/rest/answers.hpp"
#include "storage/rest/bodies.hpp"
#include "tests/support/results.hpp"

#include <catch2/catch.hpp>

#include <openssl/evp.h>

#include <array>

using namespace objftpd;
using namespace objftpd::storage;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

const auto february = std::chrono::sys_seconds(1330072987s); // 2012-02-24 08:43:07

} // namespace

TEST_CASE("a page of a listing is read with its names decoded") {
    const auto page = value_of(rest::parse_list(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>fun%2F</Prefix>
<MaxKeys>1000</MaxKeys><Delimiter>%2F</Delimiter><EncodingType>url</EncodingType>
<IsTruncated>true</IsTruncated><KeyCount>2</KeyCount>
<NextContinuationToken>ChR1c2VyL2V4YW1wbGU-%2B+</NextContinuationToken>
<Contents><Key>fun%2Fa%20b+c%2B.txt</Key><LastModified>2012-02-24T08:43:07.250Z</LastModified>
<ETag>"5B3C1A2E053D763E1B002CC607C5A0FE"</ETag><Type>Normal</Type><Size>344606</Size>
<StorageClass>Standard</StorageClass><Owner><ID>1</ID></Owner></Contents>
<CommonPrefixes><Prefix>fun%2Fmovie%2F</Prefix></CommonPrefixes></ListBucketResult>)",
        rest::list_version::v2));
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects[0].key == "fun/a b c+.txt");
    CHECK(page.objects[0].size == 344606);
    CHECK(page.objects[0].modified == february);
    CHECK(page.objects[0].etag == "5B3C1A2E053D763E1B002CC607C5A0FE");
    CHECK(page.objects[0].type == "Normal");
    CHECK(page.prefixes == std::vector<std::string>{"fun/movie/"});
    CHECK(page.truncated);
    CHECK(page.next == "ChR1c2VyL2V4YW1wbGU-%2B+");
}

TEST_CASE("names that are not encoded stay as they are") {
    const auto page = value_of(rest::parse_list(
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>50%+x &amp; y</Key>"
        "<Size>0</Size></Contents></ListBucketResult>",
        rest::list_version::v2));
    REQUIRE(page.objects.size() == 1);
    CHECK(page.objects[0].key == "50%+x & y");
    CHECK(page.objects[0].modified == timestamp());
    CHECK(page.next.empty());
}

TEST_CASE("version 1 goes on behind the last name, whatever the store says") {
    const auto list = [](const std::string& inner) {
        return rest::parse_list("<ListBucketResult><IsTruncated>true</IsTruncated>" + inner +
                                    "</ListBucketResult>",
                                rest::list_version::v1);
    };
    const std::string contents = "<Contents><Key>b</Key><Size>1</Size></Contents>";
    CHECK(value_of(list("<NextMarker>m%2F</NextMarker>" + contents)).next == "b");
    CHECK(value_of(list(contents)).next == "b");
    CHECK(value_of(list(contents + "<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>")).next ==
          "c/");
    CHECK(value_of(list(contents + "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>")).next ==
          "b");
    CHECK(list("").error() == errc::unavailable);
}

TEST_CASE("an answer that is not the one expected is never taken for an empty listing") {
    const std::string whole = "<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>"
                              "</ListBucketResult>";
    CHECK(value_of(rest::parse_list(whole, rest::list_version::v2)).objects.empty());
    for (std::size_t length = 0; length + 1 < whole.size(); ++length)
        CHECK(rest::parse_list(whole.substr(0, length), rest::list_version::v2).error() ==
              errc::unavailable);
    for (const auto* other :
         {"<html><body>Sign in to the hotel's network</body></html>",
          "<Error><Code>InternalError</Code></Error>", "not XML", "<ListPartsResult/>",
          "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
          "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
          "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size>"
          "</Contents></ListBucketResult>",
          "<ListBucketResult><Name>b</Name><IsTruncated>true</IsTruncated></ListBucketResult>",
          "<ListBucketResult/>",
          "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"})
        CHECK(rest::parse_list(other, rest::list_version::v2).error() == errc::unavailable);
}

TEST_CASE("a page says whether more follow, or is no page") {
    const auto list = [](const std::string& inner) {
        return rest::parse_list("<ListBucketResult><Name>b</Name>"
                                "<Contents><Key>a</Key><Size>1</Size></Contents>"
                                "<CommonPrefixes><Prefix>c/</Prefix></CommonPrefixes>" +
                                    inner + "</ListBucketResult>",
                                rest::list_version::v2);
    };
    const std::string token = "<NextContinuationToken>t</NextContinuationToken>";
    for (const auto* const word : {"true", "True", " TRUE\n"}) {
        const std::string said = std::string("<IsTruncated>") + word + "</IsTruncated>";
        CHECK(value_of(list(said + token)).next == "t");
    }
    for (const auto* const word : {"false", "False", "\tfalse "}) {
        const std::string said = std::string("<IsTruncated>") + word + "</IsTruncated>";
        CHECK_FALSE(value_of(list(said)).truncated);
    }
    for (const auto* const unclear :
         {"", "<IsTruncated/>", "<IsTruncated>1</IsTruncated>", "<IsTruncated>no</IsTruncated>",
          "<IsTruncated>truefalse</IsTruncated>", "<KeyCount>1</KeyCount>", "<KeyCount/>",
          "<IsTruncated> </IsTruncated><KeyCount>2</KeyCount>"})
        CHECK(list(unclear).error() == errc::unavailable);
    CHECK_FALSE(value_of(list("<KeyCount>2</KeyCount>")).truncated);
    CHECK(value_of(list("<KeyCount>2</KeyCount>" + token)).next == "t");
}

TEST_CASE("a continuation token of OSS may come encoded, one of S3 never does") {
    const auto next = [](const std::string& attributes, const std::string& token) {
        return value_of(rest::parse_list("<ListBucketResult" + attributes +
                                             "><IsTruncated>true</IsTruncated>"
                                             "<NextContinuationToken>" +
                                             token +
                                             "</NextContinuationToken>"
                                             "<Contents><Key>a</Key><Size>1</Size></Contents>"
                                             "</ListBucketResult>",
                                         rest::list_version::v2))
            .next;
    };
    const std::string s3 = " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    const std::string oss = " xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\"";
    CHECK(next(s3, "a%2Fb+c") == "a%2Fb+c");
    for (const auto& attributes : {oss, std::string()}) {
        CHECK(next(attributes, "Cg+/Yw==") == "Cg+/Yw==");
        CHECK(next(attributes, "Cg%2B%2FYw%3D%3D") == "Cg+/Yw==");
        CHECK(next(attributes, "50%") == "50%");
    }
}

TEST_CASE("external entities are not followed") {
    const auto page = rest::parse_list(
        "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><ListBucketResult>"
        "<IsTruncated>false</IsTruncated><Contents><Key>&e;</Key><Size>1</Size></Contents>"
        "</ListBucketResult>",
        rest::list_version::v2);
    REQUIRE(page);
    CHECK(page->objects.at(0).key == "&e;");
}

TEST_CASE("an error document is read, whatever its vendor") {
    const auto oss = rest::parse_error(
        "<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code><Message>no</Message>"
        "<RequestId>5F</RequestId><HostId>h</HostId><Endpoint>oss-cn-x.aliyuncs.com</Endpoint>"
        "<EC>0003-00000801</EC></Error>");
    REQUIRE(oss);
    CHECK(oss->code == "AccessDenied");
    CHECK(oss->request_id == "5F");
    CHECK(oss->detail == "0003-00000801");
    CHECK(oss->endpoint == "oss-cn-x.aliyuncs.com");
    const auto s3 = rest::parse_error("   \n\n<Error><Code>AuthorizationHeaderMalformed</Code>"
                                      "<Region>eu-west-1</Region></Error>");
    REQUIRE(s3);
    CHECK(s3->region == "eu-west-1");
    CHECK_FALSE(rest::parse_error(""));
    CHECK_FALSE(rest::parse_error("<html/>"));
}

TEST_CASE("a result with an error inside is no result") {
    CHECK(value_of(rest::parse_stored("\n \n<CompleteMultipartUploadResult><ETag>\"09-2\"</ETag>"
                                      "</CompleteMultipartUploadResult>"))
              .etag == "09-2");
    CHECK(value_of(rest::parse_stored("<CopyObjectResult><ETag>&quot;ab&quot;</ETag>"
                                      "</CopyObjectResult>"))
              .etag == "ab");
    CHECK(value_of(rest::parse_stored("<CompleteMultipartUploadResult><ETag></ETag>"
                                      "</CompleteMultipartUploadResult>"))
              .etag.empty());
    for (const auto* broken : {"", "   ", "<Error><Code>InternalError</Code></Error>", "<html/>",
                               "<CopyObjectResult><ETag>\"ab\"</ETag>"})
        CHECK(rest::parse_stored(broken).error() == errc::unavailable);
    CHECK(value_of(rest::parse_upload_id("<InitiateMultipartUploadResult><UploadId>0004B</UploadId>"
                                         "</InitiateMultipartUploadResult>")) == "0004B");
    CHECK(rest::parse_upload_id("<InitiateMultipartUploadResult/>").error() == errc::unavailable);
}

TEST_CASE("checksums in documents are read under the names that headers have for them") {
    const auto stored = value_of(rest::parse_stored(
        "<CompleteMultipartUploadResult><ETag>\"09-2\"</ETag><ChecksumCRC32C>LHrtmg=="
        "</ChecksumCRC32C><ChecksumType>FULL_OBJECT</ChecksumType></"
        "CompleteMultipartUploadResult>"));
    REQUIRE(stored.checksums.size() == 2);
    CHECK(stored.checksums[0].name == "x-amz-checksum-crc32c");
    CHECK(stored.checksums[0].value == "LHrtmg==");
    CHECK(stored.checksums[1].name == "x-amz-checksum-type");
    const auto listed = value_of(rest::parse_parts(
        "<ListPartsResult><IsTruncated>false</IsTruncated><ChecksumAlgorithm>CRC64NVME"
        "</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Part><PartNumber>1"
        "</PartNumber><ETag>\"e\"</ETag><Size>5242880</Size><ChecksumCRC64NVME>bgp1IS1VSZg="
        "</ChecksumCRC64NVME></Part></ListPartsResult>"));
    CHECK(listed.checksum.kind == crc_kind::crc64nvme);
    CHECK(listed.checksum.of_whole);
    CHECK(listed.parts.at(0).crcs.find(crc_kind::crc64nvme) == 0x6e0a75212d554998);
}

TEST_CASE("parts and unfinished uploads are read page by page") {
    const auto parts = value_of(rest::parse_parts(
        "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>5"
        "</NextPartNumberMarker><Part><PartNumber>1</PartNumber><ETag>\"e\"</ETag>"
        "<Size>6291456</Size><HashCrc64ecma>7</HashCrc64ecma></Part></ListPartsResult>"));
    REQUIRE(parts.parts.size() == 1);
    CHECK(parts.parts[0].number == 1);
    CHECK(parts.parts[0].size == 6291456);
    CHECK(parts.parts[0].etag == "e");
    CHECK(parts.parts[0].crcs.find(crc_kind::crc64) == 7);
    CHECK(parts.next == "5");
    CHECK(rest::parse_parts("<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>")
              .error() == errc::unavailable);

    const auto uploads = value_of(rest::parse_uploads(
        "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>true"
        "</IsTruncated><NextKeyMarker>a%2Fb</NextKeyMarker><NextUploadIdMarker>u"
        "</NextUploadIdMarker><Upload><Key>a%2Fb</Key><UploadId>u</UploadId>"
        "<Initiated>2012-02-24T08:43:07.000Z</Initiated></Upload></ListMultipartUploadsResult>"));
    REQUIRE(uploads.uploads.size() == 1);
    CHECK(uploads.uploads[0].key == "a/b");
    CHECK(uploads.uploads[0].initiated == february);
    CHECK(uploads.next_key == "a/b");
    CHECK(uploads.next_upload_id == "u");
}

TEST_CASE("a batch deletion tells what it could not delete") {
    CHECK(value_of(rest::parse_delete("")).empty());
    CHECK(value_of(rest::parse_delete("<DeleteResult/>")).empty());
    const auto failed = value_of(rest::parse_delete(
        "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code>"
        "<Message>no</Message></Error></DeleteResult>"));
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].key == "b");
    CHECK(failed[0].code == "AccessDenied");
    CHECK(rest::parse_delete("<Error><Code>x</Code></Error>").error() == errc::unavailable);
}

TEST_CASE("times of answers are read, and what is none is the epoch") {
    CHECK(rest::parse_time("2012-02-24T08:43:07.000Z") == february);
    CHECK(rest::parse_time("2012-02-24T08:43:07Z") == february);
    CHECK(rest::parse_time("2012-02-24T08:43:07.123456789Z") == february + 123456789ns);
    CHECK(rest::parse_http_time("Fri, 24 Feb 2012 08:43:07 GMT") == february);
    for (const auto* none : {"", "2012-02-30T08:43:07Z", "2012-02-24 08:43:07Z",
                             "9999-01-01T00:00:00Z", "2012-02-24T25:43:07Z", "yesterday"})
        CHECK(rest::parse_time(none) == timestamp());
    for (const auto* none : {"", "Fri, 24 Feb 2012 08:43:07", "Fri, 24 Foo 2012 08:43:07 GMT",
                             "Fri, 24 Feb 2012 08:43:07 CET"})
        CHECK(rest::parse_http_time(none) == timestamp());
}

TEST_CASE("bodies are the XML that stores take") {
    CHECK(rest::complete_body(
              std::array{rest::completed_part{1, "33"}, rest::completed_part{2, "a<b"}}) ==
          "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;33&quot;</ETag>"
          "</Part><Part><PartNumber>2</PartNumber><ETag>&quot;a&lt;b&quot;</ETag></Part>"
          "</CompleteMultipartUpload>");
    CHECK(rest::complete_body(std::array{
              rest::completed_part{1, "e", rest::crc_sum{crc_kind::crc32c, 0x09ab50e2}}}) ==
          "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&quot;e&quot;</ETag>"
          "<ChecksumCRC32C>CatQ4g==</ChecksumCRC32C></Part></CompleteMultipartUpload>");
    const auto body = rest::delete_body(std::array<std::string, 2>{"a.txt", "dir/b & c.txt"});
    std::array<unsigned char, 16> digest{};
    ::EVP_Digest(body.data(), body.size(), digest.data(), nullptr, ::EVP_md5(), nullptr);
    CHECK(http::base64({reinterpret_cast<const char*>(digest.data()), digest.size()}) ==
          "tk+3E2JSGkheA1lRMWjizg==");
}

TEST_CASE("keys that XML cannot hold are known") {
    for (const auto* fit : {"a", "文", "tab\there", "line\nfeed", "<&>"})
        CHECK(rest::fits_xml(fit));
    CHECK_FALSE(rest::fits_xml("bell\a"));
    CHECK_FALSE(rest::fits_xml("\xEF\xBF\xBE"));
    CHECK_FALSE(rest::fits_xml("\xff"));
}
