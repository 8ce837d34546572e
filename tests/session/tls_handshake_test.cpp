#include "tests/session/tls_control_session.hpp"
#include "tests/support/certificates.hpp"

#include <cstring>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(implicit_tls_test, "implicit TLS greets after the handshake") {
    auto c = unprotected_socket();
    c.send(client_hello());
    CHECK(c.receive().front() == '\x16'); // a handshake record
    CHECK(connect().hears() == "220 Ready.");
}

TEST_CASE_METHOD(implicit_tls_test, "clear bytes to implicit TLS end the connection unanswered") {
    for (const auto* bytes : {"USER alice\r\nPASS secret\r\nMKD d\r\n", "GET / HTTP/1.1\r\n\r\n",
                              "CONNECT x:1 HTTP/1.1\r\n\r\n", "\x16\x03\x01\xFF\xFFnonsense"}) {
        INFO(bytes);
        auto c = unprotected_socket();
        c.send(bytes);
        std::string answer;
        try {
            answer = c.receive_all();
        } catch (const std::runtime_error&) { // reset
        }
        CHECK(answer.size() <= 7); // a TLS alert
        CHECK(answer.find("220") == answer.npos);
    }
    CHECK_FALSE(exists("d"));
    CHECK(login().code("NOOP") == 200);
}

TEST_CASE_METHOD(implicit_tls_test, "a browser that speaks TLS is turned away without a word") {
    auto c = greeted();
    c.sends("GET / HTTP/1.1");
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(tls_control_test, "a handshake that does not come ends with its time limit") {
    settings.tls.handshake_timeout = 1s;
    listener().addresses.push_back({config::listener_scheme::ftps, "127.0.0.1", 0});
    auto in_transfer = login();
    in_transfer.private_data = false; // says nothing on its data connection
    auto data = in_transfer.opens_data();
    in_transfer.expects("STOR f", 150);
    auto explicit_tls = unprotected();
    explicit_tls.expects("AUTH TLS", 234);
    auto implicit_tls = connect("127.0.0.1", 1);
    auto slow = connect("127.0.0.1", 1);
    slow.control().tcp().send("\x16\x03\x01");
    CHECK_NOTHROW(explicit_tls.control().tcp().wait_for_end());
    CHECK_NOTHROW(implicit_tls.control().tcp().wait_for_end());
    CHECK_NOTHROW(slow.control().tcp().wait_for_end());
    CHECK(in_transfer.hears() == "425 The data connection was not made in time.");
    in_transfer.private_data = true;
    CHECK(in_transfer.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_control_test, "an address has no more handshakes under way than allowed") {
    settings.tls.max_handshakes_per_address = 1;
    auto member = login();
    auto one = unprotected();
    one.expects("AUTH TLS", 234);
    auto two = unprotected();
    two.expects("AUTH TLS", 234);
    CHECK_THROWS(two.shakes_hands());
    auto data = member.opens_data();
    member.expects("RETR f", 150);
    CHECK_THROWS(data.receives_all());
    CHECK(member.hears() == "425 The TLS handshake on the data connection failed: too many TLS "
                            "handshakes under way from this address.");
    auto other = unprotected("127.0.0.2");
    other.expects("AUTH TLS", 234);
    other.shakes_hands();
    one.shakes_hands();
    CHECK(one.code("NOOP") == 200);
    CHECK(member.retrieves("f") == "content");
    CHECK(login().retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_control_test, "versions below the configured one are refused") {
    struct row {
        config::tls_version minimum;
        int offered;
        bool accepted;
    };
    using enum config::tls_version;
    const auto [minimum, offered, accepted] =
        GENERATE(row{tls1_2, TLS1_1_VERSION, false}, row{tls1_2, TLS1_2_VERSION, true},
                 row{tls1_2, TLS1_3_VERSION, true}, row{tls1_3, TLS1_2_VERSION, false},
                 row{tls1_3, TLS1_3_VERSION, true});
    settings.tls.minimum_version = minimum;
    offer.lowest = offer.highest = offered;
    offer.ciphers = offered < TLS1_2_VERSION ? "ALL" : "";
    auto c = unprotected();
    c.expects("AUTH TLS", 234);
    if (!accepted) {
        CHECK_THROWS(c.shakes_hands());
        return;
    }
    c.shakes_hands();
    CHECK(::SSL_version(c.control().ssl()) == offered);
    CHECK(c.code("NOOP") == 200);
}

TEST_CASE_METHOD(tls_control_test, "ciphers of TLS 1.2 keep secrets for good") {
    offer.highest = TLS1_2_VERSION;
    for (const auto& [ciphers, accepted] : {std::pair{"ECDHE-ECDSA-AES128-GCM-SHA256", true},
                                            {"ECDHE-ECDSA-CHACHA20-POLY1305", true},
                                            {"ECDHE-ECDSA-AES128-SHA", false},
                                            {"AES128-GCM-SHA256", false}}) {
        INFO(ciphers);
        offer.ciphers = ciphers;
        auto c = unprotected();
        c.expects("AUTH TLS", 234);
        if (accepted)
            CHECK_NOTHROW(c.shakes_hands());
        else
            CHECK_THROWS(c.shakes_hands());
    }
}

TEST_CASE_METHOD(tls_control_test, "of ALPN's protocols only ftp is spoken") {
    struct row {
        std::vector<std::string> offered;
        const char* chosen; // null: refused
    };
    const std::vector<row> rows = {{{}, ""},
                                   {{"ftp"}, "ftp"},
                                   {{"http/1.1", "ftp"}, "ftp"},
                                   {{"http/1.1"}, nullptr},
                                   {{"h2", "http/1.1"}, nullptr},
                                   {{"ftp-data"}, nullptr}};
    for (const auto& [offered, chosen] : rows) {
        INFO((offered.empty() ? "none" : offered.front()));
        offer.protocols = offered;
        auto c = unprotected();
        c.expects("AUTH TLS", 234);
        if (chosen == nullptr) {
            CHECK_THROWS(c.shakes_hands());
            continue;
        }
        c.shakes_hands();
        const unsigned char* protocol = nullptr;
        unsigned length = 0;
        ::SSL_get0_alpn_selected(c.control().ssl(), &protocol, &length);
        CHECK(length == std::strlen(chosen));
        CHECK(std::equal(protocol, protocol + length, chosen));
    }
}

TEST_CASE_METHOD(tls_control_test, "renegotiation is refused") {
    offer.highest = TLS1_2_VERSION;
    auto c = protected_by_auth();
    auto* const ssl = c.control().ssl();
    REQUIRE(::SSL_renegotiate(ssl) == 1);
    ::SSL_do_handshake(ssl);
    CHECK_THROWS(c.code("NOOP"));
}

TEST_CASE_METHOD(tls_control_test, "keys may be updated at any time") {
    offer.lowest = TLS1_3_VERSION;
    auto c = login();
    for (int i = 0; i < 10; ++i) {
        REQUIRE(::SSL_key_update(c.control().ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
        CHECK(c.code("NOOP") == 200);
    }
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_control_test, "the certificate is chosen by the name in the handshake") {
    serve_two_names();
    for (const auto& [name, shown] : {std::pair{"", "a.example"},
                                      {"a.example", "a.example"},
                                      {"b.example", "b.example"},
                                      {"B.Example", "b.example"},
                                      {"c.example", "a.example"}}) {
        INFO(name);
        offer.server_name = name;
        CHECK(name_shown_to(protected_by_auth().control().ssl()) == shown);
    }
}

TEST_CASE_METHOD(tls_control_test, "without a name in the handshake HOST chooses the certificate") {
    serve_two_names();
    CHECK(name_shown_to(protected_by_auth("b.example").control().ssl()) == "b.example");
    CHECK(name_shown_to(protected_by_auth("c.example").control().ssl()) == "a.example");
    offer.server_name = "a.example";
    CHECK(name_shown_to(protected_by_auth("b.example").control().ssl()) == "a.example");
}

TEST_CASE_METHOD(tls_control_test, "a data connection shows the control connection's certificate") {
    serve_two_names();
    const auto by_host = GENERATE(true, false);
    if (!by_host)
        offer.server_name = "b.example";
    auto c = protected_by_auth(by_host ? "b.example" : "");
    c.expects("PBSZ 0", 200);
    c.expects("PROT P", 200);
    c.private_data = true;
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    c.tls().resumes = false;
    c.tls().offer().server_name.clear(); // as clients do that know only the address of the data
    auto data = c.opens_data();
    c.expects("RETR f", 150);
    CHECK(data.receives_all() == "content");
    CHECK(name_shown_to(data.socket().ssl()) == "b.example");
}

TEST_CASE_METHOD(tls_control_test, "HOST must name the host of the handshake") {
    offer.server_name = "ftp.example.com";
    auto c = protected_by_auth();
    CHECK(c.code("HOST other.example.com") == 504);
    CHECK(c.code("HOST FTP.example.com") == 220);
    offer.server_name.clear();
    CHECK(protected_by_auth().code("HOST other.example.com") == 220);
}
