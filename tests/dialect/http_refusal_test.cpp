#include "config/log.hpp"
#include "tests/dialect/http_transport_under_test.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

const std::string wordless = "HTTP/1.1 403 X\r\nx-amz-request-id: id\r\n";

} // namespace

class http_refusal_test : public http_transport_test {
protected:
    /// Nothing that a store has not refused yet.
    void has_keys(const std::vector<std::string>& some, const std::string& token = {}) {
        keys = std::make_shared<scripted_credentials>(some, token);
    }
};

TEST_CASE_METHOD(http_refusal_test, "refused keys are asked for anew, and others are tried") {
    has_keys({"first", "second"});
    const auto code = GENERATE(as<std::string>(), "InvalidAccessKeyId", "SignatureDoesNotMatch",
                               "ExpiredToken", "InvalidToken");
    server.answers(refusal(403, error(code)));
    server.answers(refusal(403, error(code)));
    CHECK(send(get_call()).may_retry);
    CHECK(keys->refusals == 1);
    CHECK_FALSE(send(get_call()).may_retry); // there are no others
    CHECK_THAT(head(1), Catch::Contains("Credential=second/"));
}

TEST_CASE_METHOD(http_refusal_test, "the time that a store asks to be left alone is kept to") {
    const auto wait_of = [this](const std::string& headers) {
        server.answers(refusal(503, error("SlowDown"), headers));
        return send(head_call()).wait;
    };
    CHECK(wait_of("Retry-After: 7\r\n") == 7s);
    CHECK(wait_of("Retry-After: 86400\r\n") == 60s);
    // As a time by the store's clock, which may be another than ours.
    const std::string date = "Date: Fri, 24 Feb 2012 08:43:07 GMT\r\n";
    CHECK(wait_of(date + "Retry-After: Fri, 24 Feb 2012 08:43:14 GMT\r\n") == 7s);
    CHECK(wait_of(date + "Retry-After: Fri, 24 Feb 2012 08:43:07 GMT\r\n") == 0s);
    CHECK(wait_of(date + "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n") == 60s);
    CHECK(wait_of("Retry-After: Fri, 24 Feb 2012 08:43:14 GMT\r\n") == 0s);
    CHECK(wait_of("Retry-After: " + server_time(1h) + "\r\n") == 60s);
    CHECK(wait_of("Retry-After: soon\r\n") == 0s);
}

TEST_CASE_METHOD(http_refusal_test, "a HEAD refused without words may be one of a wrong clock") {
    server.answers(wordless + "Date: " + server_time(1h) + "\r\n\r\n");
    CHECK(send(head_call()).may_retry);
    CHECK(keys->refusals == 0);
    server.answers(wordless + "Date: " + server_time(1h) + "\r\n\r\n");
    CHECK_FALSE(send(head_call()).may_retry);
}

TEST_CASE_METHOD(http_refusal_test, "a HEAD refused without words may be one of an expired token") {
    const auto agreeing = "Date: " + server_time(0s) + "\r\n\r\n";
    SECTION("of temporary credentials") {
        has_keys({"first", "second"}, "token");
        server.answers(wordless + agreeing);
        CHECK(send(head_call()).may_retry);
        CHECK(keys->refusals == 1);
    }
    SECTION("but not of lasting ones") {
        has_keys({"first", "second"});
        server.answers(wordless + agreeing);
        CHECK_FALSE(send(head_call()).may_retry);
        CHECK(keys->refusals == 0);
    }
}

TEST_CASE_METHOD(http_refusal_test,
                 "a success that proves nothing may have worked and is repeated") {
    server.answers(refusal(200, ""));
    const auto a = send(put_call());
    CHECK(a.failed == errc::unavailable);
    CHECK(a.may_retry);
    CHECK(a.may_have_worked);
}

TEST_CASE_METHOD(http_refusal_test, "an error in a success is one, whatever was asked") {
    server.answers(refusal(200, error("SlowDown"), "ETag: \"e\"\r\n"));
    const auto a = send(put_call());
    CHECK(a.failed == errc::throttled);
    CHECK(a.may_retry);
}

TEST_CASE_METHOD(http_refusal_test, "a listing that breaks off in an orderly way is repeated") {
    const auto text =
        GENERATE(as<std::string>(), "", "<ListBucketResult><Name>b</Name>", "<html></html>");
    server.answers(refusal(200, text));
    const auto a = send({rest::operation::list_objects, "GET"});
    CHECK(a.failed == errc::unavailable);
    CHECK(a.may_retry);
}

TEST_CASE_METHOD(http_refusal_test, "the log tells each request and no secret") {
    const temporary_folder folder;
    config::log_settings log_to;
    log_to.file = (folder.path() / "log").string();
    log_to.level = config::log_level::debug;
    const auto token = std::string("very") + "secret" + "token";
    has_keys({"key"}, token);
    if (GENERATE(false, true)) {
        is_oss();
    }
    server.answers(refusal(
        403, error("SignatureDoesNotMatch", "<Message>" + std::string(5000, 'm') + "</Message>")));
    config::log::open(log_to);
    auto c = put_call();
    const std::string body = "twelve bytes";
    c.body.emplace_back(body);
    send(c);
    config::log::close();
    const auto log = content_of(log_to.file);
    CHECK_THAT(log, Catch::Contains("signed was"));
    CHECK_THAT(log, Catch::Contains("security-token:(hidden)"));
    CHECK_THAT(log, Catch::Contains("method=PUT"));
    CHECK_THAT(log, Catch::Contains("url=" + std::string("http://bucket.")));
    CHECK_THAT(log, Catch::Contains("sent=12"));
    CHECK_THAT(log, Catch::Contains("ms="));
    CHECK_THAT(log, !Catch::Contains(token));
    CHECK_THAT(log, !Catch::Contains(std::string(300, 'm')));
}

TEST_CASE_METHOD(http_refusal_test,
                 "without credentials nothing is sent, and it may be tried again") {
    keys->failed = errc::unavailable;
    auto a = send(get_call());
    CHECK(a.failed == errc::refused_credentials);
    CHECK(a.may_retry);
    keys->failed = errc::refused_credentials;
    a = send(get_call());
    CHECK(a.failed == errc::refused_credentials);
    CHECK_FALSE(a.may_retry);
    keys->failed = asio::error::operation_aborted;
    a = send(get_call());
    CHECK(a.failed == asio::error::operation_aborted);
    CHECK_FALSE(a.may_retry);
    CHECK(server.requests().empty());
}
