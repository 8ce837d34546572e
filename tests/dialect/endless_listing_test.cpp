#include "storage/rest/bucket_client.hpp"
#include "tests/dialect/http_transport_under_test.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

class endless_listing_test : public http_transport_test {
protected:
    /// What comes of a page that begins behind `after`.
    error_code list(rest::list_version version, const std::string& after, const std::string& page) {
        server.answers(refusal(200, "<ListBucketResult><Name>bucket</Name><IsTruncated>true"
                                    "</IsTruncated>" +
                                        page + "</ListBucketResult>"));
        const std::shared_ptr<rest::transport> way(std::shared_ptr<void>(), &transport());
        const rest::bucket_client client("bucket", way, speech, version);
        const auto mark = version == rest::list_version::v1 ? "1" : "2";
        const auto got =
            loop.run(client.list("", "", after.empty() ? after : mark + after, 1000, {}));
        return got ? error_code() : got.error();
    }

    static std::string key(const std::string& name) {
        return "<Contents><Key>" + name + "</Key><Size>1</Size></Contents>";
    }
    static std::string token(const std::string& next) {
        return key("k") + "<NextContinuationToken>" + next + "</NextContinuationToken>";
    }
};

TEST_CASE_METHOD(endless_listing_test, "a listing that begins again ends with an error") {
    SECTION("by tokens") {
        CHECK_FALSE(list(rest::list_version::v2, "", token("one")));
        CHECK_FALSE(list(rest::list_version::v2, "one", token("two")));
        CHECK(list(rest::list_version::v2, "two", token("two")) == errc::unavailable);
    }
    SECTION("by names") {
        CHECK_FALSE(list(rest::list_version::v1, "", key("a")));
        CHECK_FALSE(list(rest::list_version::v1, "a", key("b")));
        CHECK(list(rest::list_version::v1, "b", key("b")) == errc::unavailable);
        CHECK(list(rest::list_version::v1, "b", key("a")) == errc::unavailable);
    }
}

class old_listing_test : public http_transport_test {
protected:
    /// Answers as one that has never heard of version 2.
    void answers_as_version_1(const std::string& content) {
        server.answers(refusal(200, "<ListBucketResult><Name>bucket</Name><Marker/>" + content +
                                        "</ListBucketResult>"));
    }

    result<rest::list_answer> list(const std::string& after) {
        if (!client)
            client.emplace("bucket",
                           std::shared_ptr<rest::transport>(std::shared_ptr<void>(), &transport()),
                           speech);
        return loop.run(client->list("", "", after, 1, {}));
    }

    std::optional<rest::bucket_client> client;
};

TEST_CASE_METHOD(old_listing_test, "a store that ignores version 2 is asked in version 1") {
    answers_as_version_1("<IsTruncated>true</IsTruncated><Contents><Key>a</Key><Size>1</Size>"
                         "</Contents>");
    answers_as_version_1("<IsTruncated>false</IsTruncated><Contents><Key>b</Key><Size>1</Size>"
                         "</Contents>");
    const auto first = value_of(list(""));
    CHECK_FALSE(first.next.empty());
    CHECK(value_of(list(first.next)).objects.at(0).key == "b");
    CHECK_THAT(line(0), Catch::Contains("list-type=2"));
    CHECK_THAT(line(1), Catch::Contains("marker=a") && !Catch::Contains("list-type"));
}

TEST_CASE_METHOD(old_listing_test, "a store that refuses version 2 is asked in version 1") {
    server.answers(refusal(501, error("NotImplemented")));
    answers_as_version_1("<IsTruncated>false</IsTruncated>");
    answers_as_version_1("<IsTruncated>false</IsTruncated>");
    CHECK(value_of(list("")).objects.empty());
    CHECK(value_of(list("")).objects.empty());
    REQUIRE(server.requests().size() == 3);
    CHECK_THAT(line(2), !Catch::Contains("list-type"));
}
