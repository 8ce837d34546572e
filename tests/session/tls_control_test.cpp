#include "tests/session/session_test.hpp"
#include "tests/support/certificates.hpp"

#include <atomic>
#include <cstring>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class tls_control_test : public session_test {
public:
    explicit tls_control_test(protection wanted = protection::explicit_tls) : session_test(wanted) {
        offer = tls_offer();
        drop_in("f", "content");
    }

    // A connection that has heard the greeting in clear.
    ftp_client unprotected(const std::string& from = "127.0.0.1") {
        auto c = connect(from);
        CHECK(c.hears_code() == 220);
        return c;
    }

    // After AUTH, before any other command.
    ftp_client protected_by_auth(const std::string& host = {}) {
        auto c = unprotected();
        if (!host.empty())
            c.expects("HOST " + host, 220);
        c.expects("AUTH TLS", 234);
        c.shakes_hands();
        return c;
    }

    // Two self-signed certificates, the first for all names but the second's.
    void serve_two_names() {
        for (const auto* name : {"a.example", "b.example"}) {
            const auto pem = server::to_pem(server::make_self_signed_certificate({name}));
            const auto path = certificates_.file(name, pem);
            settings.certificates.push_back({path, path});
        }
    }

    // The first words of a client of TLS.
    static std::string client_hello() {
        tls_client client{tls_offer()};
        const auto ssl = client.begin(-1, tls_client::role::control);
        auto* const sent = ::BIO_new(::BIO_s_mem());
        ::SSL_set_bio(ssl.get(), ::BIO_new(::BIO_s_mem()), sent);
        ::SSL_do_handshake(ssl.get());
        char* bytes = nullptr;
        const auto length = BIO_get_mem_data(sent, &bytes);
        return {bytes, static_cast<std::size_t>(length)};
    }

private:
    temporary_folder certificates_;
};

class implicit_tls_test : public tls_control_test {
public:
    implicit_tls_test() : tls_control_test(protection::implicit_tls) {}

    tcp_socket unprotected_socket() {
        start();
        auto c = connect();
        return std::move(c.control().tcp());
    }
};

} // namespace

TEST_CASE_METHOD(tls_control_test, "AUTH knows TLS by its old names, and SSL where it is allowed") {
    struct row {
        const char* line;
        bool auth_ssl;
        int code;
        bool private_data; // without PROT
    };
    const auto [line, auth_ssl, code, private_data] =
        GENERATE(row{"AUTH TLS", false, 234, false}, row{"auth tls", false, 234, false},
                 row{"AUTH TLS-C", false, 234, false}, row{"AUTH TLS-P", false, 234, true},
                 row{"AUTH SSL", false, 504, false}, row{"AUTH SSL", true, 234, true},
                 row{"AUTH GSSAPI", false, 504, false}, row{"AUTH", false, 501, false});
    INFO(line);
    listener().auth_ssl = auth_ssl;
    auto c = unprotected();
    REQUIRE(c.code(line) == code);
    if (code == 234)
        c.shakes_hands();
    const auto status = c.says("STAT");
    const auto control =
        code == 234 ? "Control connection under TLS" : "Control connection in clear";
    const auto data = private_data ? "Data connections under TLS" : "Data connections in clear";
    CHECK(status.find(control) != std::string::npos);
    CHECK(status.find(data) != std::string::npos);
}

TEST_CASE_METHOD(tls_control_test, "AUTH, PBSZ and PROT come in this order, and AUTH once") {
    auto c = unprotected();
    CHECK(c.code("PBSZ 0") == 503);
    CHECK(c.code("PROT P") == 503);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.code("PBSZ 0") == 503);
    CHECK(c.code("CCC") == 533);
    CHECK(c.says("AUTH TLS") == "234 Ready for the TLS handshake.");
    c.shakes_hands();
    CHECK(c.code("AUTH TLS") == 503);
    CHECK(c.code("PROT P") == 503);
    CHECK(c.code("PBSZ x") == 501);
    CHECK(c.code("PROT P") == 503);
    CHECK(c.says("PBSZ 16384") == "200 PBSZ=0");
    CHECK(c.says("PBSZ 0") == "200 PBSZ=0");
    CHECK(c.code("PROT P") == 200);
    CHECK(login().code("CCC") == 534);
}

TEST_CASE_METHOD(tls_control_test, "PROT knows C and P") {
    auto c = protected_by_auth();
    c.expects("PBSZ 0", 200);
    for (const auto& [level, code] : {std::pair{"C", 200},
                                      {"P", 200},
                                      {"p", 200},
                                      {"S", 536},
                                      {"E", 536},
                                      {"X", 504},
                                      {"PP", 504},
                                      {"", 501}}) {
        INFO(level);
        CHECK(c.code(std::string("PROT ") + level) == code);
    }
    CHECK(c.says("STAT").find("Data connections under TLS") != std::string::npos);
}

TEST_CASE_METHOD(tls_control_test, "after CCC commands go in clear and data stay private") {
    listener().ccc = true;
    listener().session_reuse = config::session_reuse::require;
    offer.highest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    auto c = login();
    c.expects("CCC", 200);
    c.control().end_tls();
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
    CHECK(c.says("STAT").find("Control connection in clear") != std::string::npos);
    auto data = c.opens_data();
    c.expects("RETR f", 150);
    CHECK(data.receives_all() == "content");
    CHECK(data.socket().is_resumed());
    CHECK(c.hears_code() == 226);
    CHECK(c.code("PROT P") == 200);
    CHECK(c.code("CCC") == 533);
    CHECK(c.code("AUTH TLS") == 503);
    CHECK(c.code("QUIT") == 221);
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(tls_control_test,
                 "commands protected behind CCC are done, and CCC ends the session "
                 "of a client that does not end TLS") {
    listener().ccc = true;
    auto c = login();
    SECTION("in one record") {
        c.sends_bytes("CCC\r\nPWD\r\n");
        CHECK(c.hears_code() == 200);
        c.control().end_tls();
        CHECK(c.hears_code() == 257);
        CHECK(c.code("NOOP") == 200);
    }
    SECTION("plain bytes instead of close_notify") {
        c.expects("CCC", 200);
        c.control().tcp().send("MKD d\r\n");
        CHECK(c.control().wait_for_end() != tcp_socket::ending::cut);
        CHECK_FALSE(exists("d"));
    }
}

TEST_CASE_METHOD(tls_control_test, "CCC is refused to a user who needs encryption") {
    listener().ccc = true;
    alice().encryption = config::encryption::required;
    auto c = login();
    CHECK(c.code("CCC") == 534);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_control_test, "AUTH after a login ends it") {
    auto c = unprotected();
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    const auto port = c.passive_port();
    c.expects("AUTH TLS", 234);
    c.shakes_hands();
    CHECK(c.code("PWD") == 530);
    CHECK_THROWS(c.thief_at(port, "127.0.0.1"));
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
}

TEST_CASE_METHOD(tls_control_test, "a user name given in clear does not hold under TLS") {
    auto c = unprotected();
    c.expects("USER alice", 331);
    c.expects("AUTH TLS", 234);
    c.shakes_hands();
    CHECK(c.code("PASS secret") == 503);
}

// What anybody on the way could put behind AUTH (CVE-2011-0411 and its like).
TEST_CASE_METHOD(tls_control_test, "commands in clear behind AUTH are never done") {
    auto c = unprotected();
    SECTION("whole ones") {
        c.sends_bytes("AUTH TLS\r\nUSER alice\r\nPASS secret\r\nMKD d\r\n");
        CHECK(c.hears() == "421 Nothing may follow AUTH in clear, closing.");
    }
    SECTION("the beginning of one") {
        c.sends_bytes("AUTH TLS\r\nU");
        CHECK(c.hears_code() == 421);
    }
    SECTION("behind others") {
        c.sends_bytes("USER alice\r\nPASS secret\r\nAUTH TLS\r\nMKD d\r\n");
        CHECK(c.hears_code() == 331);
        CHECK(c.hears_code() == 230);
        CHECK(c.hears_code() == 421);
    }
    SECTION("behind a transfer") {
        c.expects("USER alice", 331);
        c.expects("PASS secret", 230);
        auto upload = begin_upload(std::move(c), "g", "new");
        upload.control.sends_bytes("AUTH TLS\r\nMKD d\r\n");
        CHECK(upload.control.code("NOOP") == 200);
        upload.data.ends();
        CHECK(upload.control.hears_code() == 226);
        CHECK(upload.control.hears_code() == 421);
        c = std::move(upload.control);
    }
    CHECK(c.is_disconnected());
    CHECK_FALSE(exists("d"));
}

TEST_CASE_METHOD(tls_control_test, "AUTH that had to wait for a transfer begins TLS after it") {
    auto c = unprotected();
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    auto upload = begin_upload(std::move(c), "g", "new");
    upload.control.sends("AUTH TLS");
    CHECK(upload.control.code("NOOP") == 200);
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.hears_code() == 234);
    upload.control.shakes_hands();
    CHECK(upload.control.code("NOOP") == 200);
    CHECK(content("g") == "new");
}

TEST_CASE_METHOD(tls_control_test, "clear bytes in place of a handshake end the session") {
    auto c = unprotected();
    c.expects("AUTH TLS", 234);
    c.control().tcp().send("USER alice\r\nPASS secret\r\nMKD d\r\n");
    SECTION("alone") {}
    SECTION("with a handshake behind them") {
        c.begins_tls();
        CHECK_THROWS(c.control().shake_hands());
    }
    CHECK_NOTHROW(c.control().tcp().wait_for_end());
    CHECK_FALSE(exists("d"));
    CHECK(login().code("NOOP") == 200);
}

TEST_CASE_METHOD(tls_control_test, "what the server sends behind 234 is TLS and nothing else") {
    auto c = unprotected();
    c.expects("AUTH TLS", 234);
    CHECK_FALSE(c.has_heard());
    c.sends_bytes(client_hello());
    CHECK(c.control().receive().front() == '\x16'); // a handshake record
}

TEST_CASE_METHOD(implicit_tls_test, "implicit TLS greets after the handshake") {
    auto c = unprotected_socket();
    c.send(client_hello());
    CHECK(c.receive().front() == '\x16'); // a handshake record
    CHECK(connect().hears() == "220 Ready.");
}

TEST_CASE_METHOD(implicit_tls_test, "under implicit TLS data are private without a word, and AUTH "
                                    "is 503") {
    auto c = greeted();
    CHECK(c.code("AUTH TLS") == 503);
    CHECK(c.code("PROT P") == 503);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.retrieves("f") == "content");
    CHECK(c.code("PBSZ 0") == 200);
    CHECK(c.code("PROT P") == 200);
    CHECK(c.retrieves("f") == "content");
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

TEST_CASE_METHOD(tls_control_test,
                 "a connection that is cut without close_notify ends its session") {
    auto c = login();
    SECTION("by FIN") {
        c.control().cut();
    }
    SECTION("by a reset") {
        c.control().reset();
    }
    stop();
    wait_for_end(); // nothing is left to wait for
}

TEST_CASE_METHOD(tls_control_test, "a client that floods the end of TLS delays nobody else") {
    settings.server.io_threads = 1;
    settings.tls.handshake_timeout = 1s; // counts for CCC too
    listener().ccc = true;
    auto other = login();
    auto c = login();
    const bool protected_bytes = GENERATE(true, false);
    c.expects(protected_bytes ? "CCC" : "QUIT", protected_bytes ? 200 : 221);
    std::atomic<bool> over = false;
    std::thread flood([&] {
        const std::string much(1 << 20, 'x');
        try {
            for (;;)
                if (protected_bytes)
                    c.control().send(much);
                else
                    c.control().tcp().send(much);
        } catch (const std::runtime_error&) { // the server has had enough
        }
        over = true;
    });
    bool answered = true;
    while (!over && answered)
        try {
            answered = other.code("NOOP") == 200;
        } catch (const std::runtime_error&) {
            answered = false;
        }
    CHECK(answered);
    stop();
    stop();
    flood.join();
}
