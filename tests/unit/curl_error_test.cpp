#include "storage/error.hpp"
#include "storage/http/curl_error.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;

TEST_CASE("what fails on the way to a store, whether it may pass, and what to look after") {
    struct row {
        CURLcode code;
        bool passes;
        const char* advice; // a part of it
    };
    const row rows[] = {
        {CURLE_COULDNT_RESOLVE_PROXY, true, "proxy"},
        {CURLE_COULDNT_RESOLVE_HOST, true, "endpoint"},
        {CURLE_COULDNT_CONNECT, true, "listens"},
        {CURLE_PROXY, true, "proxy"},
        {CURLE_INTERFACE_FAILED, false, "bind_address"},
        {CURLE_NO_CONNECTION_AVAILABLE, true, "max_connections"},
        {CURLE_OPERATION_TIMEDOUT, true, "connect_timeout"},
        {CURLE_PEER_FAILED_VERIFICATION, false, "ca_file"},
        {CURLE_SSL_CACERT_BADFILE, false, "ca_folder"},
        {CURLE_SSL_CONNECT_ERROR, true, "http://"},
        {CURLE_WEIRD_SERVER_REPLY, true, "endpoint"},
        {CURLE_RECV_ERROR, true, "network"},
    };
    for (const auto& r : rows) {
        const auto error = http::curl_error(r.code);
        INFO(error.message());
        CHECK((error == condition::temporary) == r.passes);
        CHECK_THAT(std::string(http::advice_for(error)), Catch::Contains(r.advice));
    }
    CHECK(http::curl_error(CURLE_PARTIAL_FILE) == condition::temporary);
    CHECK(http::advice_for(http::curl_error(CURLE_PARTIAL_FILE)).empty());
    CHECK(http::curl_error(CURLE_BAD_FUNCTION_ARGUMENT) != condition::temporary);
}

TEST_CASE("there is no advice about errors that are not libcurl's") {
    CHECK(http::advice_for(make_error_code(errc::throttled)).empty());
    CHECK(http::advice_for({CURLE_COULDNT_RESOLVE_HOST, boost::system::system_category()}).empty());
}
