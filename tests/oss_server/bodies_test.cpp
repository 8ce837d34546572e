#include "tests/oss_server/server_under_test.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

http::request with_header(http::request r, const std::string& name, const std::string& value) {
    r.set(name, value);
    return r;
}

} // namespace

TEST_CASE_METHOD(server_under_test, "a client that asks first is told to go on, or why not") {
    const auto asking = [&](const http::request& r, tcp_socket& connection) {
        connection.send(
            head_of(with_header(with_header(r, "content-length", "5"), "expect", "100-continue")));
        return receive(connection);
    };
    auto connection = connect();
    CHECK(asking(signed_request("PUT", "bucket", "k"), connection).status == 100);
    connection.send("hello");
    CHECK(receive(connection).status == 200);

    auto forged = signed_request("PUT", "bucket", "k");
    forged.set("authorization", *forged.find("authorization") + "0");
    const auto refused = asking(forged, connection); // on the same connection
    CHECK(refused.status == 403);
    CHECK(refused.header("connection") == "close");
    auto another = connect();
    const auto forbidden = signed_request(
        "PUT", "bucket", "k", [](http::request& r) { r.set("x-oss-forbid-overwrite", "true"); });
    CHECK(asking(forbidden, another).code() == "FileAlreadyExists");
    CHECK(ask(signed_request("GET", "bucket", "k")).body == "hello");
}

TEST_CASE_METHOD(server_under_test, "a body without an announced length is refused") {
    auto connection = connect();
    connection.send(head_of(signed_request("PUT", "bucket", "k")));
    const auto answer = receive(connection);
    CHECK(answer.status == 411);
    CHECK(answer.code() == "MissingContentLength");
}

TEST_CASE_METHOD(server_under_test,
                 "a body that is announced too long is refused before it comes") {
    auto connection = connect();
    connection.send(
        head_of(with_header(signed_request("PUT", "bucket", "k"), "content-length", "5368709121")));
    CHECK(receive(connection).code() == "EntityTooLarge");
    connection.finish();
    CHECK(connection.wait_for_end() == tcp_socket::ending::orderly);
}

TEST_CASE("a chunked body that grows too long is refused and leaves nothing") {
    server_under_test test;
    test.settings.most.object = 1 << 20;
    test.restart();
    auto connection = test.connect();
    connection.send(test.head_of(
        with_header(test.signed_request("PUT", "bucket", "k"), "transfer-encoding", "chunked")));
    const std::string piece(1 << 20, 'x');
    connection.send("100000\r\n" + piece + "\r\n100000\r\n" + piece + "\r\n0\r\n\r\n");
    CHECK(test.receive(connection).code() == "EntityTooLarge");
    CHECK(test.ask(test.signed_request("GET", "bucket", "k")).status == 404);
    test.server.reset();
    CHECK(test.blobs() == 0);
}

TEST_CASE_METHOD(server_under_test, "a body that breaks off leaves the old object") {
    REQUIRE(ask(signed_request("PUT", "bucket", "k"), "old").status == 200);
    {
        auto connection = connect();
        connection.send(head_of(
            with_header(signed_request("PUT", "bucket", "k"), "content-length", "1000000")));
        connection.send(std::string(400000, 'x'));
        connection.finish();
        CHECK(receive(connection).code() == "IncompleteBody");
    }
    CHECK(ask(signed_request("GET", "bucket", "k")).body == "old");
    server.reset();
    CHECK(blobs() == 1);
}

TEST_CASE_METHOD(server_under_test, "a chunk that is none ends the request") {
    auto connection = connect();
    connection.send(
        head_of(with_header(signed_request("PUT", "bucket", "k"), "transfer-encoding", "chunked")));
    connection.send("nonsense\r\n");
    CHECK(receive(connection).code() == "IncompleteBody");
    CHECK(ask(signed_request("GET", "bucket", "k")).status == 404);
}

TEST_CASE_METHOD(server_under_test, "requests that come at once are answered in their order") {
    auto connection = connect();
    const auto put = with_header(signed_request("PUT", "bucket", "k"), "content-length", "3");
    connection.send(head_of(put) + "one" + head_of(signed_request("GET", "bucket", "k")) +
                    head_of(signed_request("DELETE", "bucket", "k")) +
                    head_of(signed_request("GET", "bucket", "k")));
    std::string rest;
    CHECK(receive(connection, "PUT", rest).status == 200);
    CHECK(receive(connection, "GET", rest).body == "one");
    CHECK(receive(connection, "DELETE", rest).status == 204);
    CHECK(receive(connection, "GET", rest).status == 404);
}

TEST_CASE_METHOD(server_under_test, "a connection goes on behind an error with a small body") {
    auto connection = connect();
    const auto unknown =
        with_header(signed_request("PUT", "no-such-bucket", "k"), "content-length", "300000");
    connection.send(head_of(unknown) + std::string(300000, 'x') +
                    head_of(signed_request("GET", "bucket", "k")));
    std::string rest;
    CHECK(receive(connection, "PUT", rest).code() == "NoSuchBucket");
    CHECK(receive(connection, "GET", rest).code() == "NoSuchKey");
}

TEST_CASE_METHOD(server_under_test, "the client sees why a large body was refused") {
    auto connection = connect();
    constexpr std::size_t size = 8 << 20;
    connection.send(head_of(with_header(signed_request("PUT", "no-such-bucket", "k"),
                                        "content-length", std::to_string(size))));
    connection.send(std::string(size, 'x'));
    const auto answer = receive(connection);
    CHECK(answer.code() == "NoSuchBucket");
    CHECK(answer.header("connection") == "close");
    CHECK(connection.wait_for_end() == tcp_socket::ending::orderly);
}

TEST_CASE_METHOD(server_under_test, "documents that are none are refused") {
    const auto remove = [&](const std::string& text, const std::string& digest) {
        return ask(signed_request("POST", "bucket", "",
                                  [&](http::request& r) {
                                      r.query.emplace_back("delete");
                                      if (!digest.empty())
                                          r.set("content-md5", digest);
                                  }),
                   text)
            .code();
    };
    CHECK(remove("<Delete/>", "") == "MissingArgument");
    CHECK(remove("<Delete/>", "AAAAAAAAAAAAAAAAAAAAAA==") == "InvalidDigest");
    CHECK(remove("<Delete", "YtZ/xWQZdYgFqMKdkmxPiA==") == "InvalidDigest");
    CHECK(remove("", "1B2M2Y8AsgTpgAmY7PhCfg==") == "MalformedXML");
}

TEST_CASE_METHOD(server_under_test, "the list of parts has a length and a digest as any body") {
    const auto begun = ask(signed_request(
        "POST", "bucket", "k", [](http::request& r) { r.query.emplace_back("uploads"); }));
    const auto complete = [&](const char* digest) {
        return signed_request("POST", "bucket", "k", [&](http::request& r) {
            r.query.emplace_back("uploadId", begun.element("UploadId"));
            if (digest != nullptr)
                r.set("content-md5", digest);
        });
    };
    auto connection = connect();
    connection.send(head_of(complete(nullptr)));
    CHECK(receive(connection).code() == "MissingContentLength");
    CHECK(ask(complete("short"), "<x/>").code() == "InvalidDigest");
    CHECK(ask(complete("1B2M2Y8AsgTpgAmY7PhCfg=="), "<x/>").code() == "InvalidDigest");
    CHECK(ask(complete(nullptr), "<x/>").code() == "MalformedXML");
}
