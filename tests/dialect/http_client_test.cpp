#include "storage/http/curl_error.hpp"
#include "tests/dialect/http_client_under_test.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;

namespace {

http::request_body no_body() {
    return {};
}

awaitable<void> one_more_turn() {
    co_return;
}

std::string long_text() {
    std::string text;
    for (int i = 0; text.size() < 3 << 20; ++i)
        text += std::to_string(i) + ' ';
    return text;
}

} // namespace

TEST_CASE_METHOD(http_client_test, "a request is sent as it stands, and its answer read") {
    server.answers(200, "hello", "ETag: \"abc\"\r\n");
    auto r = make("GET", "/b/a%20b//../c");
    r.query = {{"acl"}, {"prefix", "x y/"}};
    r.headers = {{"x-oss-date", "20261121T010203Z"}, {"x-empty", ""}};
    const auto a = value_of(run(std::move(r)));
    CHECK(a.status == 200);
    CHECK(a.body == "hello");
    CHECK(a.etag == "\"abc\"");
    const auto head = server.requests().at(0).head;
    CHECK_THAT(head, Catch::StartsWith("GET /b/a%20b//../c?acl&prefix=x%20y%2F HTTP/1.1\r\n"));
    CHECK_THAT(head, Catch::Contains("x-oss-date: 20261121T010203Z\r\n"));
    CHECK_THAT(head, Catch::Contains("x-empty:\r\n"));
    for (const auto* const unasked : {"Accept", "Content-Type", "Expect", "Accept-Encoding"})
        CHECK_THAT(head, !Catch::Contains(unasked));
}

TEST_CASE_METHOD(http_client_test, "a status that is no success is an answer, with its body") {
    server.answers(404, "<Error><Code>NoSuchKey</Code></Error>");
    const auto a = value_of(run(make("GET")));
    CHECK(a.status == 404);
    CHECK(a.body == "<Error><Code>NoSuchKey</Code></Error>");
}

TEST_CASE_METHOD(http_client_test, "redirects are answers, not followed") {
    server.answers(301, "", "Location: http://elsewhere.example/\r\n");
    CHECK(value_of(run(make("GET"))).status == 301);
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_client_test, "a body goes out in its pieces, with its length") {
    server.answers(200, "");
    const std::string one = "first ";
    const std::string two = long_text();
    CHECK(value_of(run(make("PUT"), {one, std::span<const char>(), two})).status == 200);
    const auto sent = server.requests().at(0);
    CHECK(sent.body == one + two);
    CHECK_THAT(sent.head, Catch::Contains("Content-Length: " +
                                          std::to_string(one.size() + two.size()) + "\r\n"));
    CHECK_THAT(sent.head, !Catch::Contains("Transfer-Encoding"));
}

TEST_CASE_METHOD(http_client_test, "PUT and POST without a body say so") {
    for (const auto* const method : {"PUT", "POST"}) {
        server.answers(200, "");
        CHECK(value_of(run(make(method))).status == 200);
        const auto head = server.requests().back().head;
        CHECK_THAT(head, Catch::StartsWith(std::string(method) + " /b/k"));
        CHECK_THAT(head, Catch::Contains("Content-Length: 0\r\n"));
    }
}

TEST_CASE_METHOD(http_client_test, "HEAD and DELETE end with their answer's head") {
    server.answers("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nETag: x\r\n\r\n");
    const auto head = value_of(run(make("HEAD")));
    CHECK(head.etag == "x");
    CHECK(head.body.empty());
    server.answers("HTTP/1.1 204 No Content\r\n\r\n");
    CHECK(value_of(run(make("DELETE"))).status == 204);
    CHECK(server.requests()[1].connection == 0); // the connection was kept
}

TEST_CASE_METHOD(http_client_test, "who has read all bytes of a body leaves its connection") {
    make_client();
    const auto read = [&]() -> awaitable<std::size_t> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        std::array<char, 100> buffer;
        const auto n = co_await (*x)->read_some(buffer); // does not look for the end
        co_return value_of(n);
    };
    for (int i = 0; i < 3; ++i) {
        server.answers(200, "content");
        CHECK(loop.run(read()) == 7);
    }
    CHECK(server.requests().back().connection == 0);
}

TEST_CASE_METHOD(http_client_test, "a kept connection that has died meanwhile is replaced") {
    server.answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    CHECK(value_of(run(make("GET"))).body == "ok");
    server.answers(200, "");
    const std::string body = "again";
    CHECK(value_of(run(make("PUT"), {body})).status == 200);
    CHECK(server.requests().back().body == "again");
    CHECK(server.requests().back().connection == 1);
}

TEST_CASE_METHOD(http_client_test, "a body that breaks off is an error, never a short one") {
    const auto text = long_text();
    server.answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) +
                              "\r\n\r\n" + text.substr(0, text.size() / 2));
    CHECK(run(make("GET")).error() == http::curl_error(CURLE_PARTIAL_FILE));
    server.answers_and_closes(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    CHECK_FALSE(run(make("GET")));
}

TEST_CASE_METHOD(http_client_test, "what is no HTTP is an error that does not pass by itself") {
    server.answers_and_closes("220 ftp.example.com ready\r\n");
    const auto no_http = run(make("GET")).error();
    CHECK(no_http.category() == http::curl_category());
    CHECK(no_http != condition::temporary);
}

TEST_CASE_METHOD(http_client_test, "no answer, or no server, is an error that may be temporary") {
    server.answers_and_closes("");
    CHECK(run(make("POST")).error() == condition::temporary);
    auto nobody = make("GET");
    nobody.host = "127.0.0.1:1";
    const auto refused = run(std::move(nobody)).error();
    CHECK(refused == http::curl_error(CURLE_COULDNT_CONNECT));
    CHECK(refused == condition::temporary);
}

TEST_CASE_METHOD(http_client_test, "an answer that stalls is given up") {
    settings.stall_timeout = 1s;
    server.answers_and_stalls("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    CHECK(run(make("GET")).error() == http::curl_error(CURLE_OPERATION_TIMEDOUT));
}

TEST_CASE_METHOD(http_client_test, "a request may have time limits of its own") {
    settings.stall_timeout = 1h;
    http::time_limits limits;
    SECTION("for stalling") {
        limits.stall = 1s;
    }
    SECTION("for all of it") {
        limits.total = 1s;
    }
    make_client();
    server.answers_and_stalls("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    const auto all = [&]() -> awaitable<error_code> {
        auto x =
            co_await client->send(make("GET"), http::request_body(), std::stop_token(), limits);
        if (!x)
            co_return x.error();
        const auto text = co_await (*x)->read_all(100);
        co_return text ? error_code() : text.error();
    };
    CHECK(loop.run(all()) == http::curl_error(CURLE_OPERATION_TIMEDOUT));
}

TEST_CASE_METHOD(http_client_test, "a head that comes byte by byte for ever is given up") {
    http::time_limits limits;
    limits.answer = 1s;
    make_client();
    server.then([](tcp_socket& s) {
        s.send("HTTP/1.1 200 OK\r\n");
        try {
            for (;;) { // until the client has gone
                s.send("X: y\r\n");
                std::this_thread::sleep_for(20ms);
            }
        } catch (const std::runtime_error&) {
        }
        return false;
    });
    const auto begin = [&]() -> awaitable<error_code> {
        auto x =
            co_await client->send(make("GET"), http::request_body(), std::stop_token(), limits);
        co_return x ? error_code() : x.error();
    };
    CHECK(loop.run(begin()) == http::curl_error(CURLE_OPERATION_TIMEDOUT));
}

TEST_CASE_METHOD(http_client_test, "headers that fill the memory are refused") {
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 5; ++i)
        many += "X-" + std::to_string(i) + ": " + std::string(60 << 10, 'x') + "\r\n";
    server.answers_and_closes(many + "Content-Length: 0\r\n\r\n");
    CHECK_FALSE(run(make("GET")));
}

TEST_CASE_METHOD(http_client_test, "a reader gets all bytes in order, however small its buffer") {
    const auto text = long_text();
    make_client();
    server.answers(200, text);
    const auto read = [&]() -> awaitable<std::string> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        std::string all;
        std::array<char, 1000> buffer;
        for (;;) {
            const auto n = co_await (*x)->read_some(buffer);
            if (!n || *n == 0)
                break;
            all.append(buffer.data(), *n);
        }
        co_return all;
    };
    CHECK(loop.run(read()) == text);
}

TEST_CASE_METHOD(http_client_test, "a store is held back while nobody reads") {
    make_client();
    std::atomic<std::size_t> taken = 0;
    std::atomic<bool> full = false;
    server.then([&](tcp_socket& s) {
        const std::string block(1 << 20, 'x');
        s.send("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n");
        try {
            for (;;) {
                const auto n = s.send_some(block);
                taken += n;
                if (n == 0) {
                    full = true;
                    s.wait_for_break();
                    return false;
                }
            }
        } catch (const std::runtime_error&) {
            return false;
        }
    });
    const auto begin = [&]() -> awaitable<std::uint64_t> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        std::array<char, 10> buffer;
        const auto n = co_await (*x)->read_some(buffer);
        REQUIRE(n);
        asio::steady_timer timer(loop.context());
        while (!full) { // the loop goes on meanwhile
            timer.expires_after(1ms);
            co_await timer.async_wait(as_tuple);
        }
        co_return (*x)->received(); // and the exchange is dropped in the middle
    };
    CHECK(loop.run(begin()) < 1 << 20);
    CHECK(taken < 64 << 20);
}

TEST_CASE_METHOD(http_client_test, "several requests run side by side") {
    // The server takes one connection after the other, so one waits for the other's end.
    make_client();
    server.answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
    server.answers_and_closes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
    std::string bodies;
    const auto one = [&]() -> awaitable<void> {
        auto r = make("GET");
        const auto a = co_await fetch(std::move(r));
        REQUIRE(a);
        bodies += a->body;
    };
    for (int i = 0; i < 2; ++i) {
        auto work = one();
        loop.start(std::move(work));
    }
    loop.run(one_more_turn());
    CHECK((bodies == "ab" || bodies == "ba"));
}

TEST_CASE_METHOD(http_client_test, "a body longer than allowed is refused") {
    make_client();
    server.answers(200, std::string(100, 'x'));
    const auto read = [&]() -> awaitable<error_code> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        const auto all = co_await (*x)->read_all(99);
        co_return all ? error_code() : all.error();
    };
    CHECK(loop.run(read()) == errc::unavailable);
}

TEST_CASE_METHOD(http_client_test, "an empty buffer reads nothing and waits for nothing") {
    make_client();
    server.answers(200, "x");
    const auto read = [&]() -> awaitable<std::size_t> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        const auto n = co_await (*x)->read_some(std::span<char>());
        co_return n.value();
    };
    CHECK(loop.run(read()) == 0);
}

TEST_CASE_METHOD(http_client_test, "trailers change nothing of an answer's head") {
    make_client();
    server.answers("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "2\r\nok\r\n0\r\nETag: \"b\"\r\nx-more: c\r\n\r\n");
    const auto read = [&]() -> awaitable<std::size_t> {
        auto r = make("GET");
        auto x = co_await client->send(std::move(r), no_body());
        const auto body = co_await (*x)->read_all(100);
        CHECK(body.value() == "ok");
        co_return (*x)->head().headers.size();
    };
    CHECK(loop.run(read()) == 2);
}

TEST_CASE_METHOD(http_client_test, "an answer with hundreds of headers is refused") {
    std::string headers;
    for (int i = 0; i < 198; ++i)
        headers += "x-" + std::to_string(i) + ": y\r\n";
    server.answers(200, "ok", headers);
    CHECK(value_of(run(make("GET"))).body == "ok");
    server.answers(200, "ok", headers + "x-a: 1\r\nx-b: 2\r\n");
    CHECK(run(make("GET")).error() == errc::unavailable);
}

TEST_CASE_METHOD(http_client_test, "after a 417 the request goes out once more, without asking") {
    const auto text = long_text();
    server.refuses_expectation("HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno");
    server.answers(200, "stored");
    const auto a = value_of(run(make("PUT"), {text}));
    CHECK(a.status == 200);
    CHECK(a.body == "stored");
    REQUIRE(server.requests().size() == 2);
    CHECK_THAT(server.requests()[1].head, !Catch::Contains("Expect"));
    CHECK(server.requests()[1].body == text);
}

TEST_CASE_METHOD(http_client_test, "a 417 after the body is an answer like others") {
    const auto text = long_text();
    server.answers(417, "no");
    const auto a = value_of(run(make("PUT"), {text}));
    CHECK(a.status == 417);
    CHECK(a.body == "no");
    server.answers(417, "");
    CHECK(value_of(run(make("PUT"), {text})).status == 417);
}

TEST_CASE_METHOD(http_client_test, "what could end a line early is never sent") {
    using namespace std::string_literals;
    const auto refuses = [&](http::request r) {
        const auto error = run(std::move(r)).error();
        CHECK(error == http::curl_error(CURLE_BAD_FUNCTION_ARGUMENT));
        CHECK(error != condition::temporary);
    };
    for (const auto& bad : {"a\r\nx-forged: b"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
        auto value = make("GET");
        value.set("x-a", bad);
        refuses(std::move(value));
        auto name = make("GET");
        name.set(bad, "x");
        refuses(std::move(name));
        refuses(make("GET", "/b/" + bad));
        refuses(make(bad));
    }
    auto empty = make("GET");
    empty.set("", "x");
    refuses(std::move(empty));
    refuses(make("GET", "/b/a b"));
    CHECK(server.requests().empty());
}
