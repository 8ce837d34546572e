#include "tests/dialect/http_transport_under_test.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/https_server.hpp"
#include "tests/support/log_file.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

class failure_log_test : public http_transport_test {
protected:
    failure_log_test() { settings.proxy.clear(); }

    void store_is_at(const std::string& url) {
        to.where = *config::parse_endpoint(url);
        to.where.style = config::addressing::path;
    }

    /// The one line about a request that fails.
    std::string told() {
        const log_file log(config::log_level::warning);
        CHECK(send(head_call()).failed);
        const auto lines = log.lines("the store refused or failed");
        REQUIRE(lines.size() == 1);
        return lines.front();
    }
};

TEST_CASE_METHOD(failure_log_test, "a store that is not reached is told with what to look after") {
    std::string advice;
    SECTION("a name that nobody knows") {
        store_is_at("http://store.test");
        advice = "check the store's endpoint";
    }
    SECTION("a port where nobody listens") {
        store_is_at("http://127.0.0.1:1");
        advice = "see that something listens at the store's endpoint";
    }
    SECTION("a proxy that nobody knows") {
        settings.proxy = "http://proxy.test:3128";
        advice = "check the store's proxy";
    }
    SECTION("an address that is not this machine's") {
        store_is_at("http://" + server.host());
        settings.bind_address = "192.0.2.1";
        advice = "check the store's bind_address";
    }
    SECTION("a store that stands still") {
        store_is_at("http://" + server.host());
        server.answers_and_stalls("");
        settings.stall_timeout = 1s;
        advice = "raise its connect_timeout or stall_timeout";
    }
    const auto line = told();
    CHECK_THAT(line, Catch::Contains("status=0") && Catch::Contains(advice));
}

TEST_CASE_METHOD(failure_log_test, "a certificate that does not hold is told with what to do") {
    const temporary_folder folder;
    certificate_authority authority;
    const auto shown = authority.issue({"store", "DNS:other.test"});
    const https_server store(*shown);
    store_is_at("https://" + store.host());
    std::string advice = "name who signed the store's certificate in ca_file or ca_folder";
    SECTION("nobody has named who signed it") {}
    SECTION("it is for another name") {
        settings.ca_file = folder.file("ca.pem", authority.pem());
        advice = "is for the host that endpoint and style make";
    }
    SECTION("the file with the authorities is missing") {
        settings.ca_file = folder.path() / "missing.pem";
        advice = "check that ca_file and ca_folder can be read";
    }
    CHECK_THAT(told(), Catch::Contains(advice));
}

TEST_CASE_METHOD(failure_log_test, "an answer that breaks off is told with the reason") {
    store_is_at("http://" + server.host());
    server.answers_and_closes("HTTP/1.1 403 X\r\nContent-Length: 100\r\n\r\n<Error>");
    const log_file log(config::log_level::warning);
    rest::call list(rest::operation::list_objects, "GET");
    CHECK(send(list).failed == errc::unavailable);
    const auto lines = log.lines("the store refused or failed");
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines.front(), Catch::Contains("status=403") &&
                                  Catch::Contains("reason=\"Transferred a partial file\""));
}
