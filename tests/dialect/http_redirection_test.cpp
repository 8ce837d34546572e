#include "tests/dialect/http_transport_under_test.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

const std::string good = "HTTP/1.1 200 OK\r\nx-amz-request-id: id\r\nx-oss-request-id: id\r\n"
                         "ETag: \"e\"\r\nContent-Length: 0\r\n\r\n";

} // namespace

class http_redirection_test : public http_transport_test {
protected:
    /// Refused with that document, and repeated if that is said to be of use.
    void redirects(int status, const std::string& body, const std::string& headers = {}) {
        server.answers(refusal(status, body, headers));
        server.answers(good);
        if (send(get_call()).may_retry)
            CHECK_FALSE(send(get_call()).failed);
    }
};

TEST_CASE_METHOD(http_redirection_test, "a region that a header names is followed") {
    redirects(301, "", "x-amz-bucket-region: us-east-2\r\n");
    CHECK(line(1) == "GET http://bucket.s3.us-east-2.amazonaws.com/key HTTP/1.1");
    CHECK_THAT(head(1), Catch::Contains("/us-east-2/s3/aws4_request"));
}

TEST_CASE_METHOD(http_redirection_test, "hosts of a region are exchanged for those of another") {
    struct row {
        const char* from;
        const char* to;
    };
    const auto r = GENERATE(
        row{"s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"},
        row{"s3-us-east-1.amazonaws.com", "s3-eu-west-1.amazonaws.com"},
        row{"s3.dualstack.us-east-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com"},
        row{"store.us-east-1.example.com", "store.us-east-1.example.com"});
    to.where = *config::parse_endpoint(std::string("http://") + r.from);
    to.region = "us-east-1";
    redirects(400, "", "x-amz-bucket-region: eu-west-1\r\n");
    CHECK(line(1) == std::string("GET http://bucket.") + r.to + "/key HTTP/1.1");
    CHECK_THAT(head(1), Catch::Contains("/eu-west-1/s3/aws4_request"));
}

TEST_CASE_METHOD(http_redirection_test, "a region that a document names is followed") {
    to.where = *config::parse_endpoint("http://s3.example.com");
    redirects(400, error("AuthorizationHeaderMalformed", "<Region>us-east-2</Region>"));
    CHECK(line(1) == "GET http://bucket.s3.example.com/key HTTP/1.1");
    CHECK_THAT(head(1), Catch::Contains("/us-east-2/s3/aws4_request"));
}

TEST_CASE_METHOD(http_redirection_test, "an endpoint of S3 that holds the bucket is followed") {
    const auto document =
        error("PermanentRedirect", "<Endpoint>bucket.s3-us-west-2.amazonaws.com</Endpoint>");
    SECTION("with the bucket in the host") {
        redirects(301, document);
        CHECK(line(1) == "GET http://bucket.s3-us-west-2.amazonaws.com/key HTTP/1.1");
    }
    SECTION("with the bucket in the path") {
        to.where.style = config::addressing::path;
        redirects(301, document);
        CHECK(line(1) == "GET http://s3-us-west-2.amazonaws.com/bucket/key HTTP/1.1");
    }
    CHECK_THAT(head(1), Catch::Contains("/us-west-2/s3/aws4_request"));
}

TEST_CASE_METHOD(http_redirection_test, "an endpoint that OSS names is followed") {
    is_oss();
    redirects(403, error("AccessDenied", "<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>"));
    CHECK(line(1) == "GET http://bucket.oss-cn-beijing.aliyuncs.com/key HTTP/1.1");
    CHECK_THAT(head(1), Catch::Contains("/cn-beijing/oss/aliyun_v4_request"));
}

TEST_CASE_METHOD(http_redirection_test, "an endpoint beneath the configured one is followed") {
    to.where = *config::parse_endpoint("http://store.example.com:8080");
    redirects(307, error("TemporaryRedirect", "<Endpoint>two.store.example.com:8080</Endpoint>"));
    CHECK(line(1) == "GET http://bucket.two.store.example.com:8080/key HTTP/1.1");
}

TEST_CASE_METHOD(http_redirection_test, "no signature goes where others may read it") {
    const auto named =
        GENERATE(as<std::string>(), "evil.example.com", "s3.amazonaws.com.evil.com",
                 "ec2-1-2-3-4.compute.amazonaws.com", "evilamazonaws.com",
                 "s3-x.us-east-1.elb.amazonaws.com", "s3.eu-west-2.amazonaws.com:81",
                 "bucket.bucket.s3.eu-west-2.amazonaws.com", "s3.cn.amazonaws.com.cn",
                 "oss-cn-beijing.aliyuncs.com", "127.0.0.1", "[::1]", "");
    INFO(named);
    redirects(301, error("PermanentRedirect", "<Endpoint>" + named + "</Endpoint>"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_redirection_test,
                 "a store at an address is not exchanged for its neighbour") {
    to.where = *config::parse_endpoint("http://10.0.0.1");
    to.where.style = config::addressing::path;
    redirects(301, error("PermanentRedirect", "<Endpoint>10.0.99.1</Endpoint>"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_redirection_test, "other domains of a country are not the vendor's") {
    to.where = *config::parse_endpoint("http://s3.cn-north-1.amazonaws.com.cn");
    redirects(301, error("PermanentRedirect", "<Endpoint>s3.example.com.cn</Endpoint>"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_redirection_test, "who has bound a domain of its own stays with it") {
    is_oss();
    to.where = *config::parse_endpoint("http://files.aliyuncs.com");
    to.where.style = config::addressing::bound_domain;
    redirects(403, error("AccessDenied", "<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_redirection_test,
                 "the internal endpoint of a region is not left for another") {
    is_oss();
    to.where = *config::parse_endpoint("http://oss-cn-hangzhou-internal.aliyuncs.com");
    redirects(403, error("AccessDenied", "<Endpoint>oss-cn-hangzhou.aliyuncs.com</Endpoint>"));
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_redirection_test,
                 "a store that sends us to and fro is not followed for ever") {
    for (int i = 0; i < 10; ++i)
        server.answers(refusal(301, "",
                               i % 2 == 0 ? "x-amz-bucket-region: us-east-1\r\n"
                                          : "x-amz-bucket-region: eu-west-1\r\n"));
    int followed = 0;
    while (followed < 10 && send(head_call()).may_retry)
        ++followed;
    CHECK(followed == 4);
}

TEST_CASE_METHOD(http_redirection_test, "two requests at once both learn from their refusals") {
    // Both are signed before the first answer comes; the server takes one connection at a time.
    std::string answer;
    SECTION("that the clocks disagree") {
        answer = refusal(403, error("RequestTimeTooSkewed"),
                         "Connection: close\r\nDate: " + server_time(1h) + "\r\n");
    }
    SECTION("that the bucket is elsewhere") {
        answer = refusal(301, "", "Connection: close\r\nx-amz-bucket-region: us-east-2\r\n");
    }
    server.answers_and_closes(answer);
    server.answers_and_closes(answer);
    int may_retry = 0;
    const auto one = [&]() -> awaitable<void> {
        const auto c = get_call();
        const auto a = co_await transport().send(c);
        CHECK(a.failed == errc::refused_credentials);
        may_retry += a.may_retry ? 1 : 0;
    };
    loop.start(one());
    loop.run(one());
    CHECK(may_retry == 2);
}

TEST_CASE_METHOD(http_redirection_test, "a clock that agrees is not corrected") {
    server.answers(
        refusal(403, error("RequestTimeTooSkewed"), "Date: " + server_time(1s) + "\r\n"));
    CHECK_FALSE(send(get_call()).may_retry);
}
