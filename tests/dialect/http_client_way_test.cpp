#include "storage/http/curl_error.hpp"
#include "tests/dialect/http_client_under_test.hpp"
#include "tests/dialect/name_resolver.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/https_server.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;

namespace {

class environment_variable {
public:
    environment_variable(const char* name, const char* value) : name_(name) {
        ::setenv(name, value, 1);
    }
    environment_variable(const environment_variable&) = delete;
    ~environment_variable() { ::unsetenv(name_); }

private:
    const char* name_;
};

class trust_test : protected http_client_test {
protected:
    result<answer> ask(const https_server& store) {
        auto r = make("GET");
        r.scheme = "https";
        r.host = store.host();
        client.reset(); // with the settings of now
        return run(std::move(r));
    }

    void trust_folder(const certificate_authority& a, const server::certificate& issued) {
        char name[16];
        std::snprintf(name, sizeof(name), "%08lx.0", ::X509_issuer_name_hash(issued.leaf.get()));
        folder.file(name, a.pem());
        settings.ca_folder = folder.path().string();
    }

    temporary_folder folder;
    certificate_authority authority;
    certificate_authority other_authority{"Other CA"};
    std::shared_ptr<const server::certificate> shown =
        authority.issue({"store", "IP:127.0.0.1,DNS:store.test"});
};

} // namespace

TEST_CASE_METHOD(http_client_test, "what a proxy answers to CONNECT is not the store's answer") {
    settings.proxy = "http://" + server.host();
    settings.connect_timeout = 1s;
    make_client();
    const auto send = [&]() -> awaitable<error_code> {
        auto r = make("GET");
        r.scheme = "https";
        r.host = "127.0.0.1:1";
        http::request_body none;
        const auto x = co_await client->send(std::move(r), std::move(none));
        co_return error_of(x);
    };
    const auto ask = [&] { return loop.run(send()); };
    server.then([](tcp_socket& s) {
        s.send("HTTP/1.1 200 Connection established\r\n\r\n");
        s.wait_for_end(); // and never lets the store speak
        return false;
    });
    CHECK(ask() == http::curl_error(CURLE_OPERATION_TIMEDOUT));
    CHECK_THAT(server.requests().at(0).head, Catch::StartsWith("CONNECT 127.0.0.1:1 HTTP/1.1\r\n"));
    server.answers(403, "no");
    CHECK(ask() == http::curl_error(CURLE_RECV_ERROR));
}

TEST_CASE_METHOD(http_client_test, "the environment has no say in which proxy is used") {
    server.answers(200, "by proxy");
    SECTION("no_proxy") {
        const environment_variable no_proxy("no_proxy", "*");
        settings.proxy = "http://" + server.host();
        auto r = make("GET");
        r.host = "127.0.0.1:1";
        CHECK(value_of(run(std::move(r))).body == "by proxy");
        CHECK_THAT(server.requests().at(0).head, Catch::StartsWith("GET http://127.0.0.1:1/b/k "));
    }
    SECTION("http_proxy") {
        const environment_variable proxy("http_proxy", "http://127.0.0.1:1");
        CHECK(value_of(run(make("GET"))).status == 200);
    }
}

TEST_CASE_METHOD(http_client_test, "a cloud's own credentials never pass a proxy") {
    settings.proxy = "http://" + server.host();
    // From there the system reaches nothing but itself: no packet leaves it.
    settings.bind_address = "127.0.0.1";
    for (const auto* const host : {"100.100.100.200", "169.254.169.254", "169.254.170.2"}) {
        auto r = make("GET");
        r.host = host;
        CHECK_FALSE(run(std::move(r)));
    }
    auto r = make("GET");
    r.host = "[fd00:ec2::254]";
    CHECK_FALSE(run(std::move(r)));
    CHECK(server.requests().empty());
}

TEST_CASE_METHOD(http_client_test, "requests leave from the address or interface configured") {
    SECTION("an address") {
        settings.bind_address = "127.0.0.7";
        std::string from;
        server.then([&](tcp_socket& s) {
            from = s.peer().address().to_string();
            s.send("HTTP/1.1 204 X\r\n\r\n");
            return false;
        });
        CHECK(value_of(run(make("GET"))).status == 204);
        CHECK(from == "127.0.0.7");
    }
    SECTION("an interface") {
        settings.bind_address = "lo";
        server.answers(204, "");
        CHECK(value_of(run(make("GET"))).status == 204);
    }
}

TEST_CASE_METHOD(http_client_test, "a name to leave from is an error, and nobody looks for it") {
    const auto before = name_resolver::instance().questions();
    for (const auto* const name : {"store.test", "a-host-with-a-long-name.test", "host!x", "a b"}) {
        settings.bind_address = name;
        client.reset();
        const auto error = run(make("GET")).error();
        CHECK(error == http::curl_error(CURLE_INTERFACE_FAILED));
        CHECK(error != condition::temporary);
    }
    CHECK(name_resolver::instance().questions() == before);
}

TEST_CASE_METHOD(http_client_test, "a name that does not exist is an error that may pass") {
    auto r = make("GET");
    r.host = "store.test";
    const auto error = run(std::move(r)).error();
    CHECK(error == http::curl_error(CURLE_COULDNT_RESOLVE_HOST));
    CHECK(error == condition::temporary);
}

TEST_CASE_METHOD(trust_test, "a store is trusted by the authorities configured, and by no others") {
    const https_server store(*shown);
    const auto refused = http::curl_error(CURLE_PEER_FAILED_VERIFICATION);
    CHECK(ask(store).error() == refused);
    CHECK(refused != condition::temporary);
    settings.ca_file = folder.file("other.pem", other_authority.pem());
    CHECK(ask(store).error() == refused);
    settings.ca_file = folder.file("ca.pem", authority.pem());
    CHECK(value_of(ask(store)).body == "ok");
}

TEST_CASE_METHOD(trust_test, "authorities may lie in a folder, alone or with a file") {
    const https_server store(*shown);
    trust_folder(authority, *shown);
    CHECK(value_of(ask(store)).body == "ok");
    settings.ca_file = folder.file("other.pem", other_authority.pem());
    CHECK(value_of(ask(store)).body == "ok");
    settings.ca_file = folder.path() / "missing.pem";
    CHECK(ask(store).error() == http::curl_error(CURLE_SSL_CACERT_BADFILE));
}

TEST_CASE_METHOD(trust_test, "a certificate for another name or of another time is refused") {
    settings.ca_file = folder.file("ca.pem", authority.pem());
    for (const certificate_subject& subject : {certificate_subject{"store", "DNS:store.test"},
                                               certificate_subject{"127.0.0.1", "DNS:store.test"},
                                               certificate_subject{"store", "IP:127.0.0.2"},
                                               certificate_subject{"store", "IP:127.0.0.1", -1}}) {
        const auto certificate = authority.issue(subject);
        const https_server store(*certificate);
        INFO(subject.common_name << ' ' << subject.alternative_names);
        CHECK(ask(store).error() == http::curl_error(CURLE_PEER_FAILED_VERIFICATION));
    }
}
