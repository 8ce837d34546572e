#include "tests/session/tls_data_session.hpp"
#include "tests/support/certificates.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::session_reuse;

TEST_CASE_METHOD(tls_data_test, "session_reuse decides what a data connection resumes") {
    struct row {
        session_reuse policy;
        bool offered;
        bool resumed;
        int code;
    };
    const auto [policy, offered, resumed, code] = GENERATE(
        row{session_reuse::off, true, false, 226}, row{session_reuse::off, false, false, 226},
        row{session_reuse::prefer, true, true, 226}, row{session_reuse::prefer, false, false, 226},
        row{session_reuse::require, true, true, 226},
        row{session_reuse::require, false, false, 522});
    use(GENERATE(tls1_3, tls1_2_tickets, tls1_2_ids));
    CAPTURE(static_cast<int>(policy), offered);
    listener().session_reuse = policy;
    auto c = login();
    c.tls().resumes = offered;
    auto down = c.opens_data();
    c.expects("RETR f", 150);
    if (code == 226)
        CHECK(down.receives_all() == "content");
    else
        CHECK(down.sees_end() == tcp_socket::ending::cut); // nothing to be taken for whole
    CHECK(c.hears_code() == code);
    CHECK(down.socket().is_resumed() == resumed);

    auto up = c.opens_data();
    c.expects("STOR g", 150);
    // A client that is refused hears why, and no reset, whatever it has on its way.
    CHECK_NOTHROW(up.sends(code == 226 ? "new" : std::string(300'000, 'x')));
    if (code == 226)
        up.ends();
    else
        CHECK(up.sees_end() == tcp_socket::ending::cut);
    CHECK(c.hears_code() == code);
    CHECK(exists("g") == (code == 226));
}

// Who can guess the port can connect to it first, and may have a session of its own.
TEST_CASE_METHOD(tls_data_test, "the session of another control connection does not count") {
    add_user("mallory");
    listener().session_reuse = GENERATE(session_reuse::prefer, session_reuse::require);
    use(GENERATE(tls1_3, tls1_2_tickets, tls1_2_ids));
    auto victim = login();
    auto thief = login("mallory");
    CHECK(thief.retrieves("f") == "content"); // its session is good
    const auto port = victim.passive_port();
    auto stolen = thief.connects_to(port);
    if (listener().session_reuse == session_reuse::prefer) {
        // What else could be done against clients that do not resume at all?
        victim.expects("RETR f", 150);
        CHECK(stolen.receive_all() == "content");
        CHECK(victim.hears_code() == 226);
        return;
    }
    SECTION("for a download") {
        victim.expects("RETR f", 150);
        CHECK_THROWS(stolen.receive_all());
    }
    SECTION("for an upload") {
        victim.expects("STOR f", 150);
        CHECK_THROWS((stolen.send("forged"), stolen.receive()));
    }
    CHECK(victim.hears() ==
          "522 Data connections must resume the control connection's TLS session.");
    f_has_not_changed();
    CHECK(victim.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_data_test,
                 "a control connection that resumes an earlier one's session is bound "
                 "to its own data connections") {
    listener().session_reuse = session_reuse::require;
    use(GENERATE(tls1_3, tls1_2_tickets));
    auto earlier = login();
    auto later = connect();
    later.hears();
    later.tls().keep(earlier.tls().take_session());
    later.secures();
    CHECK(later.control().is_resumed());
    later.expects("USER alice", 331);
    later.expects("PASS secret", 230);
    CHECK(later.retrieves("f") == "content");
    auto data = earlier.connects_to(later.passive_port());
    later.expects("RETR f", 150);
    CHECK_THROWS(data.receive_all());
    CHECK(later.hears_code() == 522);
}

TEST_CASE_METHOD(tls_data_test, "a client that uses each session once never runs dry") {
    listener().session_reuse = session_reuse::require;
    use(tls1_3);
    auto c = login();
    for (int i = 0; i < 10; ++i) {
        CHECK(c.retrieves("f") == "content");
        CHECK(c.tls().sessions() >= 2);
        c.stores("g", "new");
    }
}

TEST_CASE_METHOD(tls_data_test, "a broken transfer does not cost the session") {
    listener().session_reuse = session_reuse::require;
    use(GENERATE(tls1_3, tls1_2_tickets, tls1_2_ids));
    const auto how = GENERATE(0, 1, 2);
    CAPTURE(how);
    auto upload = begin_upload(login(), "f");
    if (how == 0)
        upload.data.breaks();
    else if (how == 1)
        upload.data.is_cut();
    else
        upload.control.sends("ABOR");
    CHECK(upload.control.hears_code() == 426);
    if (how == 2)
        CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.retrieves("f") == "content");
}

// A client that only sends would not read them, and answer with a reset when it closes.
TEST_CASE_METHOD(tls_data_test, "data connections are given no sessions of their own") {
    use(tls1_3);
    auto c = login();
    for (const bool resumes : {true, false}) {
        c.tls().resumes = resumes;
        c.stores("g", "new");
        CHECK(c.retrieves("g") == "new");
    }
    CHECK(c.tls().sessions_of_data == 0);
}

TEST_CASE_METHOD(tls_data_test, "transfers go on while the certificate is replaced") {
    const temporary_folder certificate;
    const auto serve = [&](const std::string& name) {
        const auto pem = server::to_pem(server::make_self_signed_certificate({name}));
        return certificate.file("server.pem", pem);
    };
    const auto path = serve("old.example");
    settings.certificates.push_back({path, path});
    listener().session_reuse = session_reuse::require;
    drop_in("big", too_much_to_buffer());
    auto upload = begin_upload(login(), "g", "first half, ");
    auto download = begin_download(login(), "big");
    auto idle = login();
    CHECK(name_shown_to(idle.control().ssl()) == "old.example");

    serve("new.example");
    reload();
    auto later = login();
    CHECK(name_shown_to(later.control().ssl()) == "new.example");
    CHECK(later.retrieves("f") == "content");
    upload.data.sends("second half");
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(content("g") == "first half, second half");
    CHECK(download.data.receives_all().size() == too_much_to_buffer().size() - 1);
    CHECK(download.control.hears_code() == 226);
    for (auto* const c : {&upload.control, &download.control, &idle})
        CHECK(c->retrieves("f") == "content"); // their sessions can still be resumed
}
