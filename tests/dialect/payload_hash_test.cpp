#include "tests/dialect/http_transport_under_test.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using s3_dialect = storage::s3::s3_dialect;

namespace {

const std::string header = "x-amz-content-sha256: ";
const std::string stored = "HTTP/1.1 200 X\r\nx-amz-request-id: id\r\nETag: \"e\"\r\n"
                           "Content-Length: 0\r\n\r\n";

} // namespace

class payload_hash_test : public http_transport_test {
protected:
    void hashes(s3_dialect::payload wanted) {
        speech = std::make_shared<s3_dialect>(s3_dialect::etags::md5, std::nullopt, wanted);
    }
};

TEST_CASE_METHOD(payload_hash_test, "the hash that goes with a body is that of all its pieces") {
    hashes(s3_dialect::payload::all);
    const std::string whole = GENERATE(as<std::string>(), "", "short", std::string(700'001, 'x'));
    auto c = put_call();
    for (const auto piece :
         {std::span(whole).first(whole.size() / 3), std::span(whole).subspan(whole.size() / 3)})
        c.body.push_back(piece);
    server.answers(stored);
    CHECK_FALSE(send(c).failed);
    CHECK(server.requests().at(0).body == whole);
    CHECK_THAT(head(0), Catch::Contains(header + http::sha256_hex(whole) + "\r\n"));
}

TEST_CASE_METHOD(payload_hash_test, "over http a body without Content-MD5 is hashed by itself") {
    const std::string content = "content";
    auto c = put_call();
    c.body.emplace_back(content);
    server.answers(stored);
    CHECK_FALSE(send(c).failed);
    CHECK_THAT(head(0), Catch::Contains(header + http::sha256_hex(content) + "\r\n"));
    c.headers.emplace_back("content-md5", "mgNkuembtIDdJeHwKEyFVQ==");
    server.answers(stored);
    CHECK_FALSE(send(c).failed);
    CHECK_THAT(head(1), Catch::Contains(header + "UNSIGNED-PAYLOAD\r\n"));
}

TEST_CASE_METHOD(payload_hash_test, "nothing is hashed for nobody, and nobody signs") {
    hashes(s3_dialect::payload::all);
    keys = std::make_shared<scripted_credentials>(std::vector<std::string>{""});
    const std::string content = "content";
    auto c = put_call();
    c.body.emplace_back(content);
    server.answers(stored);
    CHECK_FALSE(send(c).failed);
    CHECK_THAT(head(0), !Catch::Contains("x-amz-content-sha256"));
}

TEST_CASE_METHOD(payload_hash_test, "a call that is stopped while its body is hashed is not sent") {
    hashes(s3_dialect::payload::all);
    const std::string large(10 << 20, 'x');
    std::stop_source stop;
    auto c = put_call();
    c.stop = stop.get_token();
    c.body.emplace_back(large);
    // Behind the call's own first step, and so after its first slice.
    asio::post(loop.context(), [&] { asio::post(loop.context(), [&] { stop.request_stop(); }); });
    CHECK(send(c).failed == asio::error::operation_aborted);
    CHECK(server.requests().empty());
}
