#include "storage/http/curl_error.hpp"
#include "tests/dialect/http_client_under_test.hpp"
#include "tests/dialect/name_resolver.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/https_server.hpp"
#include "tests/support/socks_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

tcp_socket::endpoint endpoint_of(const std::string& host) {
    const auto port = std::stoi(host.substr(host.find(':') + 1));
    return {boost::asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)};
}

class socks_test : protected http_client_test {
protected:
    result<answer> ask(const std::string& host) {
        auto r = make("GET");
        r.host = host;
        return run(std::move(r));
    }

    socks_server proxy{endpoint_of(server.host())};
};

} // namespace

TEST_CASE_METHOD(socks_test, "behind socks5h:// the proxy resolves the store's name") {
    const auto before = name_resolver::instance().questions();
    settings.proxy = "socks5h://" + proxy.host();
    server.answers(200, "by proxy");
    CHECK(value_of(ask("store.test:81")).body == "by proxy");
    const auto asked = proxy.requests();
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].kind == socks_server::address::name);
    CHECK(asked[0].host == "store.test");
    CHECK(asked[0].port == 81);
    CHECK(name_resolver::instance().questions() == before);
    CHECK_THAT(server.requests().at(0).head, Catch::StartsWith("GET /b/k HTTP/1.1\r\n"));
}

TEST_CASE_METHOD(socks_test, "behind socks5:// names are resolved here, and the proxy is told "
                             "addresses") {
    settings.proxy = "socks5://" + proxy.host();
    SECTION("an address") {
        server.answers(200, "by proxy");
        CHECK(value_of(ask("127.0.0.9:81")).body == "by proxy");
        const auto asked = proxy.requests();
        REQUIRE(asked.size() == 1);
        CHECK(asked[0].kind == socks_server::address::ipv4);
        CHECK(asked[0].host == std::string("\x7f\0\0\x09", 4));
    }
    SECTION("a name that does not exist") {
        const auto before = name_resolver::instance().questions();
        const auto error = ask("store.test").error();
        CHECK(error == http::curl_error(CURLE_PROXY));
        CHECK(error == condition::temporary);
        CHECK(name_resolver::instance().questions() > before);
        CHECK(proxy.requests().empty());
    }
}

TEST_CASE_METHOD(socks_test, "requests to a store behind a SOCKS proxy share a connection") {
    settings.proxy = "socks5h://" + proxy.host();
    for (const auto* const body : {"first", "second"}) {
        server.answers(200, body);
        CHECK(value_of(ask("store.test")).body == body);
    }
    CHECK(proxy.requests().size() == 1);
}

TEST_CASE_METHOD(socks_test, "a SOCKS proxy is shown the user and password of its URL") {
    proxy.wants("alice", "p@ss:word");
    SECTION("the right ones") {
        settings.proxy = "socks5h://alice:p%40ss%3Aword@" + proxy.host();
        server.answers(200, "by proxy");
        CHECK(value_of(ask("store.test")).body == "by proxy");
    }
    SECTION("others, or none") {
        settings.proxy = GENERATE(as<std::string>(), "socks5h://alice:other@", "socks5h://");
        settings.proxy += proxy.host();
        const auto refused = ask("store.test").error();
        CHECK(refused == http::curl_error(CURLE_PROXY));
        CHECK_THAT(std::string(http::advice_for(refused)), Catch::Contains("proxy"));
        CHECK(proxy.requests().empty());
        CHECK(server.requests().empty());
    }
}

TEST_CASE_METHOD(socks_test, "what a SOCKS proxy cannot reach is an error that may pass") {
    const char network_unreachable = 3;
    proxy.refuses(network_unreachable);
    settings.proxy = "socks5h://" + proxy.host();
    const auto refused = ask("store.test").error();
    CHECK(refused == http::curl_error(CURLE_PROXY));
    CHECK(refused == condition::temporary);
}

TEST_CASE_METHOD(http_client_test, "TLS goes through a SOCKS proxy up to the store itself") {
    const temporary_folder folder;
    certificate_authority authority;
    const auto shown = authority.issue({"store", "DNS:store.test"});
    const https_server store(*shown);
    const socks_server proxy(endpoint_of(store.host()));
    settings.proxy = "socks5h://" + proxy.host();
    settings.ca_file = folder.file("ca.pem", authority.pem());
    auto r = make("GET");
    r.scheme = "https";
    r.host = "store.test";
    CHECK(value_of(run(std::move(r))).body == "ok");
    CHECK(proxy.requests().at(0).port == 443);
    auto other = make("GET");
    other.scheme = "https";
    other.host = "other.test"; // not the certificate's
    CHECK(run(std::move(other)).error() == http::curl_error(CURLE_PEER_FAILED_VERIFICATION));
}
