#include "server/cli/health.hpp"
#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using server::cli::health_of;

namespace {

constexpr auto loopback = "127.0.0.1";

// A listener of the test's own.
config::listener_address place_of(const tcp_socket& listener, config::listener_scheme scheme) {
    return {scheme, loopback, listener.local().port()};
}

tcp_socket listener_without_server() {
    return tcp_socket::listen({asio::ip::make_address(loopback), 0});
}

constexpr auto both = {config::listener_scheme::ftp, config::listener_scheme::ftps};

} // namespace

TEST_CASE_METHOD(session_test, "a server that greets lives, asked at 0.0.0.0 as well") {
    const auto client = connect();
    for (const auto* const host : {loopback, "0.0.0.0"}) {
        const auto found = health_of({scheme(), host, port()});
        CHECK(found.alive);
        CHECK(found.answer == "220 Ready.");
    }
}

TEST_CASE_METHOD(plain_session_test, "a server that is full lives") {
    settings.server.max_sessions = 1;
    const auto client = login();
    const auto found = health_of({scheme(), loopback, port()});
    CHECK(found.alive);
    CHECK(found.answer == "421 Too many connections, please try again later.");
}

TEST_CASE("where nobody listens, nobody lives") {
    for (const auto scheme : both) {
        const auto where = place_of(listener_without_server(), scheme);
        const auto found = health_of(where);
        CHECK_FALSE(found.alive);
        CHECK(found.answer == "Connection refused");
    }
}

TEST_CASE("a server that says nothing in time is not alive") {
    const auto silent = listener_without_server();
    for (const auto scheme : both) {
        const auto found = health_of(place_of(silent, scheme), std::chrono::seconds(1));
        CHECK_FALSE(found.alive);
        CHECK(found.answer == "Connection timed out");
    }
}

TEST_CASE("what is no FTP server, or ends without a word, is not alive") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1.1 400 Bad Request"},
        {"220", "220"},
        {"", "ended the connection without a word"},
    };
    for (const auto& [said, answer] : rows) {
        auto listener = listener_without_server();
        std::thread other([&listener, text = said] {
            auto peer = listener.accept();
            peer.send(text);
            peer.finish();
            peer.wait_for_end();
        });
        const auto found = health_of(place_of(listener, config::listener_scheme::ftp));
        other.join();
        CHECK_FALSE(found.alive);
        CHECK(found.answer == answer);
    }
}
