#include "tests/session/tls_control_session.hpp"

#include <atomic>

using namespace objftpd;
using namespace objftpd::tests;

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
