#include "tests/dialect/http_transport_under_test.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::string own_answer = "HTTP/1.1 200 OK\r\nx-oss-request-id: id\r\nETag: \"e\"\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n";
const std::string foreign_answer =
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const std::string public_line = "HEAD http://bucket.oss-cn-hangzhou.aliyuncs.com/key HTTP/1.1";
const std::string internal_line =
    "HEAD http://bucket.oss-cn-hangzhou-internal.aliyuncs.com/key HTTP/1.1";
const std::string look_line = "GET http://oss-cn-hangzhou-internal.aliyuncs.com/ HTTP/1.1";

/// Each request and each look is one connection to the scripted store.
class internal_endpoint_test : public http_transport_test {
protected:
    internal_endpoint_test() {
        is_oss();
        rest::internal_endpoint::settings s;
        s.scheme = "http";
        s.outside = to.where.host;
        s.inside = "oss-cn-hangzhou-internal.aliyuncs.com";
        s.now = [this] { return now; };
        inside = std::make_shared<rest::internal_endpoint>(std::move(s), settings);
        way = std::make_shared<rest::http_transport>(
            to, speech, keys, std::make_shared<const http::client_settings>(settings), inside);
        loop.leave_background();
    }

    rest::answer ask() {
        answers_one();
        answers_one(); // a look that comes along
        const auto c = head_call();
        return loop.run(way->send(c));
    }

    std::size_t looks() const {
        const auto all = server.requests();
        return static_cast<std::size_t>(std::ranges::count_if(
            all, [](const auto& r) { return r.head.starts_with(look_line); }));
    }

    /// Asks until a look is over that follows.
    void ask_until_looked() {
        const auto before = looks();
        for (int asked = 0; asked < 100 && looks() == before; ++asked)
            ask();
        ask();
        ask();
    }

    std::string last_line() const { return line(server.requests().size() - 1); }

    std::atomic<bool> is_store = true; // or somebody else
    rest::internal_endpoint::clock::time_point now{};
    std::shared_ptr<rest::internal_endpoint> inside;
    std::shared_ptr<rest::http_transport> way;

private:
    void answers_one() {
        server.then([this](tcp_socket& s) {
            s.send(is_store ? own_answer : foreign_answer);
            return false;
        });
    }
};

} // namespace

TEST_CASE_METHOD(internal_endpoint_test, "requests go inside when the store answers there") {
    ask_until_looked();
    ask();
    CHECK(looks() == 1);
    CHECK(line(0) == public_line);
    CHECK(last_line() == internal_line);
}

TEST_CASE_METHOD(internal_endpoint_test, "nobody goes inside for an answer of somebody else") {
    is_store = false;
    ask_until_looked();
    is_store = true;
    ask();
    CHECK(looks() == 1);
    CHECK(last_line() == public_line);
    now += std::chrono::minutes(11);
    ask_until_looked();
    CHECK(looks() == 2);
    CHECK(last_line() == internal_line);
}

TEST_CASE_METHOD(internal_endpoint_test, "an internal endpoint that fails is left") {
    ask_until_looked();
    inside->failed("oss-cn-hangzhou.aliyuncs.com"); // not that one
    CHECK(inside->nearest(to.where.host) != to.where.host);
    inside->failed("oss-cn-hangzhou-internal.aliyuncs.com");
    CHECK(inside->nearest(to.where.host) == to.where.host);
    CHECK(inside->nearest("other.aliyuncs.com") == "other.aliyuncs.com");
}
