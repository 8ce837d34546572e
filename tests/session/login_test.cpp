#include "tests/session/session_test.hpp"

#include "server/commands/command_table.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "the greeting is one line with the configured text") {
    settings.server.greeting = "ftp.example.com at your service.";
    CHECK(connect().hears() == "220 ftp.example.com at your service.");
}

TEST_CASE_METHOD(session_test, "a user logs in with name and password") {
    auto c = greeted();
    CHECK(c.says("USER alice") == "331 Password required.");
    CHECK(c.says("PASS secret") == "230 Logged in.");
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
}

TEST_CASE_METHOD(session_test, "verbs are understood in any case") {
    auto c = greeted();
    CHECK(c.code("user alice") == 331);
    CHECK(c.code("pAsS secret") == 230);
    CHECK(c.code("sYST") == 215);
}

TEST_CASE_METHOD(session_test, "before login only what needs no user is answered") {
    auto c = greeted();
    for (const auto& command : server::all_commands()) {
        const auto line = command.verb_text() + " x";
        INFO(line);
        if (command.when == server::phase::logged_in)
            CHECK(c.says(line) == "530 Please log in with USER and PASS.");
    }
    CHECK(c.code("FEAT") == 211);
    CHECK(c.code("SYST") == 215);
    CHECK(c.code("HELP") == 214);
    CHECK(c.code("NOOP") == 200);
    CHECK(c.code("OPTS UTF8 ON") == 200);
    CHECK(c.code("CLNT test") == 200);
    CHECK(c.code("STAT") == 211);
    CHECK(c.code("STAT /") == 530);
    CHECK(c.code("ACCT x") == 503);
    CHECK(c.code("SMNT /") == 202);
    CHECK(c.code("ABOR") == 226);
    CHECK(c.code("HOST ftp.example.com") == 220);
}

TEST_CASE_METHOD(session_test, "a wrong password and an unknown user are told apart by nothing") {
    auto c = greeted();
    const auto known = c.says("USER alice");
    const auto wrong = c.says("PASS wrong");
    CHECK(c.says("USER nobody") == known);
    CHECK(c.says("PASS wrong") == wrong);
    CHECK(wrong == "530 Login incorrect.");
    CHECK(c.code("PWD") == 530);
}

TEST_CASE_METHOD(session_test, "user names are case-sensitive and kept to the byte") {
    settings.server.max_login_attempts = 10;
    auto c = greeted();
    for (const auto* name : {"Alice", "alice ", " alice", "ALICE"}) {
        CHECK(c.code(std::string("USER ") + name) == 331);
        CHECK(c.code("PASS secret") == 530);
    }
}

TEST_CASE_METHOD(session_test, "PASS needs a USER right before it") {
    auto c = greeted();
    CHECK(c.code("PASS secret") == 503);
    CHECK(c.code("USER alice") == 331);
    CHECK(c.code("PASS wrong") == 530);
    CHECK(c.code("PASS secret") == 503);
}

TEST_CASE_METHOD(session_test, "an empty password is a password") {
    auto c = greeted();
    c.expects("USER alice", 331);
    CHECK(c.code("PASS") == 530);
    c.expects("USER alice", 331);
    CHECK(c.code("PASS ") == 530);
}

TEST_CASE_METHOD(session_test, "too many wrong passwords end the session with 421") {
    auto c = greeted();
    for (int attempt = 1; attempt < 3; ++attempt) {
        c.expects("USER alice", 331);
        CHECK(c.code("PASS wrong") == 530);
    }
    c.expects("USER alice", 331);
    CHECK(c.says("PASS wrong") == "421 Too many failed logins, closing control connection.");
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(session_test, "commands sent behind the last attempt are not answered") {
    settings.server.max_login_attempts = 1;
    auto c = greeted();
    c.sends_bytes("USER alice\r\nPASS wrong\r\nUSER alice\r\nPASS secret\r\nPWD\r\n");
    CHECK(c.hears_code() == 331);
    CHECK(c.hears_code() == 421);
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(session_test, "an address with too many failed logins is banned, others are not") {
    settings.server.max_login_failures_per_address = 2;
    settings.server.max_login_attempts = 10;
    auto guessing = greeted();
    for (int attempt = 0; attempt < 2; ++attempt) {
        guessing.expects("USER alice", 331);
        CHECK(guessing.code("PASS wrong") == 530);
    }
    CHECK(guessing.code("USER alice") == 421);
    CHECK(guessing.is_disconnected());
    auto again = greeted();
    CHECK(again.says("USER alice") == "421 Too many failed logins from your address, please wait.");
    auto other = greeted("127.0.0.2");
    other.expects("USER alice", 331);
    CHECK(other.code("PASS secret") == 230);
}

TEST_CASE_METHOD(session_test, "sessions that are logged in outlive the ban of their address") {
    settings.server.max_login_failures_per_address = 1;
    auto c = login();
    auto guessing = greeted();
    guessing.expects("USER alice", 331);
    guessing.expects("PASS wrong", 530);
    CHECK(greeted().code("USER alice") == 421);
    CHECK(c.code("NOOP") == 200);
    CHECK(c.code("PWD") == 257);
}

TEST_CASE_METHOD(session_test, "a ban that begins between USER and PASS refuses the password too") {
    settings.server.max_login_failures_per_address = 1;
    auto waiting = greeted();
    waiting.expects("USER alice", 331);
    auto guessing = greeted();
    guessing.expects("USER alice", 331);
    guessing.expects("PASS wrong", 530);
    CHECK(waiting.code("PASS secret") == 421);
    CHECK(waiting.is_disconnected());
}

TEST_CASE_METHOD(session_test, "a browser is turned away without a word") {
    for (const auto* verb :
         {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "PATCH"}) {
        INFO(verb);
        auto c = connect();
        c.hears();
        c.sends(std::string(verb) + " / HTTP/1.1");
        CHECK(c.is_disconnected());
    }
    auto c = greeted();
    CHECK(c.code("NOOP") == 200);
    CHECK(c.code("GET / HTTP/1.1") == 500); // whoever began with FTP is no browser
}

TEST_CASE_METHOD(session_test, "who says nothing that is understood before login gets 421") {
    auto c = greeted();
    for (int i = 1; i < 25; ++i)
        c.expects("NONSENSE", 500);
    CHECK(c.code("NONSENSE") == 421);
    CHECK(c.is_disconnected());

    auto patient = greeted();
    for (int i = 0; i < 60; ++i) {
        patient.expects("NONSENSE", 500);
        if (i % 20 == 0)
            patient.expects("NOOP", 200); // counts anew
    }
}

TEST_CASE_METHOD(session_test, "a user has no more sessions than allowed") {
    alice().max_sessions = 2;
    add_user("bob").max_sessions = 0;
    auto one = login();
    auto two = login();
    auto three = greeted();
    three.expects("USER alice", 331);
    CHECK(three.says("PASS secret") == "421 Too many sessions of this user.");
    CHECK(three.is_disconnected());
    auto bob = login("bob");
    one.expects("QUIT", 221);
    CHECK(one.is_disconnected());
    two.expects("REIN", 220);
    login();
    login();
}

TEST_CASE_METHOD(session_test, "USER again ends the login and begins another") {
    add_user("bob").home = "/";
    make_folder("d");
    auto c = login();
    c.expects("CWD d", 250);
    c.expects("RNFR /d", 350);
    CHECK(c.code("USER bob") == 331);
    CHECK(c.code("PWD") == 530);
    CHECK(c.code("PASS secret") == 230);
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
    CHECK(c.code("RNTO /e") == 503);
    CHECK(exists("d"));
}

TEST_CASE_METHOD(session_test, "REIN forgets everything but the connection") {
    make_folder("d");
    auto c = login();
    c.expects("CWD d", 250);
    c.expects("TYPE I", 200);
    c.expects("REST 5", 350);
    c.expects("EPSV ALL", 200);
    c.expects("OPTS MLST size;", 200);
    CHECK(c.code("REIN") == 220);
    CHECK(c.code("PWD") == 530);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
    CHECK(c.says("FEAT").find("\n MLST type*;size*;modify*;perm*;") != std::string::npos);
    CHECK(c.says("STAT").find("TYPE: ASCII") != std::string::npos);
    CHECK(c.code("PASV") == 227);
}

TEST_CASE_METHOD(session_test, "ACCT and HOST answer as the login stands") {
    auto c = greeted();
    CHECK(c.code("HOST ftp.example.com") == 220);
    CHECK(c.code("HOST [::1]") == 220);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.code("ACCT x") == 202);
    CHECK(c.code("HOST ftp.example.com") == 503);
}

TEST_CASE_METHOD(session_test, "QUIT says goodbye and closes") {
    auto c = login();
    CHECK(c.says("QUIT") == "221 Goodbye.");
    CHECK(c.is_disconnected());
    auto unknown = greeted();
    CHECK(unknown.code("QUIT") == 221);
    CHECK(unknown.is_disconnected());
}

TEST_CASE_METHOD(session_test, "the session begins in the user's home") {
    alice().home = "/in/scans";
    make_folder("in/scans");
    auto c = login();
    CHECK(c.says("PWD") == "257 \"/in/scans\" is the current directory.");
    c.expects("CWD /", 250);
    CHECK(c.code("CWD ~") == 250);
    CHECK(c.says("PWD") == "257 \"/in/scans\" is the current directory.");
    c.expects("CWD /", 250);
    CHECK(c.code("CWD") == 250);
    CHECK(c.says("PWD") == "257 \"/in/scans\" is the current directory.");
}

TEST_CASE_METHOD(session_test, "OPTS UTF8 ON before USER holds after the login") {
    alice().charset = config::charset::gbk;
    auto c = greeted();
    c.expects("OPTS UTF8 ON", 200);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    c.expects("MKD \xE4\xB8\xAD", 257);
    CHECK(exists("\xE4\xB8\xAD"));
}
