#include "storage/rest/property_answers.hpp"

#include "storage/error.hpp"
#include "tests/support/results.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::storage::rest;
using objftpd::tests::error_of;
using objftpd::tests::value_of;
using storage::errc;

TEST_CASE("OSS tells a canned ACL, S3 its grants") {
    CHECK(value_of(parse_acl("<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList>"
                             "<Grant>public-read</Grant></AccessControlList>"
                             "</AccessControlPolicy>")) == "public-read");
    CHECK(value_of(parse_acl(
              "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
              "<AccessControlList><Grant><Grantee><ID>7</ID><DisplayName>ann</DisplayName>"
              "</Grantee><Permission>FULL_CONTROL</Permission></Grant><Grant><Grantee>"
              "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
              "<Permission>READ</Permission></Grant></AccessControlList>"
              "</AccessControlPolicy>")) == "FULL_CONTROL to ann, READ to AllUsers");
    CHECK(error_of(parse_acl("<AccessControlPolicy/>")) == errc::unavailable);
    CHECK(error_of(parse_acl("")) == errc::unavailable);
}

TEST_CASE("tags are names and values") {
    const auto tags = value_of(parse_tags("<Tagging><TagSet><Tag><Key>a&amp;b</Key><Value>1"
                                          "</Value></Tag><Tag><Key>c</Key><Value/></Tag>"
                                          "</TagSet></Tagging>"));
    REQUIRE(tags.size() == 2);
    CHECK(tags[0].name == "a&b");
    CHECK(tags[0].value == "1");
    CHECK(tags[1].name == "c");
    CHECK(tags[1].value.empty());
    CHECK(value_of(parse_tags("<Tagging><TagSet/></Tagging>")).empty());
    CHECK(error_of(parse_tags("<Tagging/>")) == errc::unavailable);
}

TEST_CASE("versions say what they are") {
    const auto told = value_of(parse_versions(
        "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>"
        "<DeleteMarker><Key>a%20b</Key><VersionId>3</VersionId><IsLatest>true</IsLatest>"
        "<LastModified>2026-11-22T01:02:03.000Z</LastModified></DeleteMarker>"
        "<Version><Key>a%20b</Key><VersionId>2</VersionId><IsLatest>false</IsLatest>"
        "<LastModified>2026-11-21T01:02:03.000Z</LastModified><Size>12</Size></Version>"
        "</ListVersionsResult>"));
    REQUIRE(told.versions.size() == 2);
    CHECK(told.versions[0].key == "a b");
    CHECK(told.versions[0].id == "3");
    CHECK(told.versions[0].text == "latest, 2026-11-22T01:02:03.000Z, deleted");
    CHECK(told.versions[1].text == "2026-11-21T01:02:03.000Z, 12 bytes");
    CHECK(error_of(parse_versions("<ListBucketResult/>")) == errc::unavailable);
}
