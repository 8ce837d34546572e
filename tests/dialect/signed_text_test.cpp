#include "storage/http/encoding.hpp"
#include "tests/dialect/http_transport_under_test.hpp"
#include "tests/support/log_file.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::string token = "FwoGZXIvYXdzEXAMPLE//token==";

// The value of a field of a log line, as it was before it was escaped.
std::string field(const std::string& line, const std::string& name) {
    const auto mark = ' ' + name + "=\"";
    const auto begin = line.find(mark);
    if (begin == line.npos)
        return {};
    std::string value;
    for (auto at = begin + mark.size(); at < line.size() && line[at] != '"'; ++at) {
        if (line[at] != '\\')
            value += line[at];
        else
            value += line[++at] == 'n' ? '\n' : line[at];
    }
    return value;
}

std::string with_token(std::string text) {
    const std::string hidden = "(hidden)";
    const auto at = text.find(hidden);
    REQUIRE(at != text.npos);
    return text.replace(at, hidden.size(), token);
}

std::string hex(const std::string& bytes) {
    return http::to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

// The signature with which a request arrived.
std::string signature_in(const std::string& head, const std::string& mark) {
    const auto begin = head.find(mark, head.find("authorization: ")) + mark.size();
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

} // namespace

class signed_text_test : public http_transport_test {
protected:
    signed_text_test() {
        keys = std::make_shared<scripted_credentials>(std::vector<std::string>{"key"}, token);
    }

    /// What is told of a request that the store refuses.
    std::string told_of(const rest::call& c, const std::string& refused_with,
                        config::log_level level = config::log_level::debug) {
        server.answers(refused_with);
        const log_file log(level);
        CHECK(send(c).failed);
        CHECK(log.lines(token).empty());
        const auto lines = log.lines("signed was");
        return lines.empty() ? std::string() : lines.front();
    }

    std::string mismatch() const { return refusal(403, error("SignatureDoesNotMatch")); }

    /// That the logged texts are what the request has been signed with.
    void check_v4(const std::string& line, const http::v4_dialect& vendor,
                  const std::string& service) const {
        const auto text = with_token(field(line, "text"));
        const auto to_sign = field(line, "string_to_sign");
        CHECK(to_sign.substr(to_sign.rfind('\n') + 1) == http::sha256_hex(text));
        const auto time = to_sign.substr(to_sign.find('\n') + 1, 16);
        const auto key = http::v4_signing_key(vendor, "secret", time, to.region, service);
        CHECK(hex(http::hmac_sha256(key, to_sign)) == signature_in(head(0), "Signature="));
    }
};

TEST_CASE_METHOD(signed_text_test,
                 "what a store found wrongly signed is told as it was signed, but for the token") {
    SECTION("S3") {
        check_v4(told_of(put_call(), mismatch()), {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"},
                 "s3");
    }
    SECTION("OSS, version 4") {
        is_oss();
        check_v4(told_of(put_call(), mismatch()),
                 {"OSS4-HMAC-SHA256", "aliyun_v4", "aliyun_v4_request"}, "oss");
    }
    SECTION("OSS, version 1") {
        is_oss();
        speech = std::make_shared<storage::oss::oss_dialect>(storage::oss::signature::v1);
        const auto line = told_of(put_call(), mismatch());
        const auto text = with_token(field(line, "text"));
        CHECK(http::base64(http::hmac_sha1("secret", text)) ==
              signature_in(head(0), "authorization: OSS key:"));
    }
}

TEST_CASE_METHOD(signed_text_test, "a HEAD refused without a word is told with what was signed") {
    const auto line = told_of(head_call(), "HTTP/1.1 403 X\r\nx-amz-request-id: id\r\n\r\n");
    CHECK_THAT(line, Catch::Contains(" debug signed was store=store request=id"));
    check_v4(line, {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"}, "s3");
}

TEST_CASE_METHOD(signed_text_test, "what others were signed with is told at level trace alone") {
    const auto missing = refusal(404, error("NoSuchKey"));
    CHECK(told_of(get_call(), missing).empty());
    const auto line = told_of(get_call(), missing, config::log_level::trace);
    CHECK_THAT(line, Catch::Contains(" trace signed was "));
}

TEST_CASE_METHOD(signed_text_test, "a text that is signed does not fill the log") {
    auto c = put_call();
    for (int i = 0; i < 20; ++i)
        c.headers.emplace_back("x-amz-meta-" + std::to_string(i), std::string(2000, 'x'));
    const auto text = field(told_of(c, mismatch()), "text");
    CHECK(text.size() > (16 << 10) - 1);
    CHECK(text.size() < 17 << 10);
}

TEST_CASE_METHOD(signed_text_test, "nothing was signed for nobody") {
    keys = std::make_shared<scripted_credentials>(std::vector<std::string>{""});
    CHECK(told_of(get_call(), mismatch(), config::log_level::trace).empty());
}
