#include "tests/session/session_test.hpp"
#include "tests/support/certificates.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::session_reuse;

namespace {

/// A kind of client by how it resumes a session.
struct client_kind {
    const char* name;
    int version;
    bool tickets;
};
constexpr client_kind tls1_3{"TLS 1.3", TLS1_3_VERSION, true};
constexpr client_kind tls1_2_tickets{"TLS 1.2 with tickets", TLS1_2_VERSION, true};
constexpr client_kind tls1_2_ids{"TLS 1.2 without tickets", TLS1_2_VERSION, false};

class tls_data_test : public session_test {
public:
    tls_data_test() : session_test(protection::explicit_tls) { drop_in("f", "content"); }

    void use(const client_kind& kind) {
        UNSCOPED_INFO(kind.name);
        offer.lowest = offer.highest = kind.version;
        offer.tickets = kind.tickets;
    }

    temporary_folder certificate;

    void f_has_not_changed() {
        CHECK(content("f") == "content");
        CHECK(leftovers() == 0);
    }
};

std::string bytes_of(std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(i * 31 + i / 251);
    return bytes;
}

} // namespace

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
    try {
        up.sends("new");
        up.ends();
    } catch (const std::runtime_error&) { // refused
    }
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

TEST_CASE_METHOD(tls_data_test, "a data connection in clear in place of a private one is 425") {
    auto c = login();
    c.private_data = false;
    SECTION("of an upload") {
        auto data = c.opens_data();
        c.expects("STOR f", 150);
        data.sends("in clear");
        CHECK(c.hears_code() == 425);
    }
    SECTION("of a download, which sends nothing") {
        auto data = c.opens_data();
        c.expects("RETR f", 150);
        data.sends("GET / HTTP/1.1\r\n\r\n");
        CHECK(c.hears_code() == 425);
        std::string got;
        try {
            got = data.receives_all();
        } catch (const std::runtime_error&) { // reset
        }
        CHECK(got.find("content") == got.npos);
    }
    f_has_not_changed();
    c.private_data = true;
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_data_test,
                 "PROT C lets data go in clear under a protected control connection") {
    auto c = login();
    c.expects("PROT C", 200);
    c.private_data = false;
    CHECK(c.retrieves("f") == "content");
    c.stores("g", "new");
    CHECK(content("g") == "new");
    c.expects("PROT P", 200);
    c.private_data = true;
    CHECK(c.retrieves("g") == "new");
}

TEST_CASE_METHOD(tls_data_test, "only close_notify makes an upload whole, unless it is tolerated") {
    using enum config::close_notify_policy;
    struct row {
        bool listener_requires;
        config::close_notify_policy user;
        int code;
    };
    const auto [listener_requires, user, code] = GENERATE(
        row{true, as_listener, 426}, row{false, as_listener, 226}, row{true, tolerate, 226},
        row{false, tolerate, 226}, row{true, require, 426}, row{false, require, 426});
    const std::string bytes = GENERATE("new", std::string(300'000, 'x'), "");
    CAPTURE(listener_requires, static_cast<int>(user), bytes.size());
    listener().require_close_notify = listener_requires;
    alice().close_notify = user;
    auto upload = begin_upload(login(), "f", bytes);
    upload.data.is_cut();
    const auto answer = upload.control.hears();
    CHECK(std::stoi(answer) == code);
    if (code == 426) {
        CHECK(answer == "426 The data connection ended without TLS's close_notify, transfer "
                        "aborted.");
        f_has_not_changed();
    } else {
        CHECK(content("f") == bytes);
    }
    upload.control.stores("f", "whole");
    CHECK(content("f") == "whole");
}

TEST_CASE_METHOD(tls_data_test, "an upload that breaks off is never whole, whatever is tolerated") {
    alice().close_notify = config::close_notify_policy::tolerate;
    // The header of a record that never comes.
    const std::string header("\x17\x03\x03\x01\x00", 5);
    const std::size_t size = GENERATE(1, 300'000);
    CAPTURE(size);
    auto upload = begin_upload(login(), "f", std::string(size, 'x'));
    SECTION("by a reset") {
        upload.data.breaks();
    }
    SECTION("in a record") {
        upload.data.socket().tcp().send(header + "some of it");
        upload.data.is_cut();
    }
    SECTION("behind the header of a record") {
        upload.data.socket().tcp().send(header);
        upload.data.is_cut();
    }
    SECTION("in the header of a record") {
        upload.data.socket().tcp().send(header.substr(0, 3));
        upload.data.is_cut();
    }
    SECTION("by what is no record") {
        upload.data.socket().tcp().send("GET / HTTP/1.1\r\n\r\n");
        upload.data.is_cut();
    }
    CHECK(upload.control.hears_code() == 426);
    f_has_not_changed();
}

TEST_CASE_METHOD(tls_data_test, "downloads and listings end with close_notify") {
    use(GENERATE(tls1_3, tls1_2_tickets));
    drop_in("big", bytes_of(1'000'000));
    drop_in("empty", "");
    auto c = login();
    for (const auto* line : {"RETR f", "RETR big", "RETR empty", "LIST", "NLST", "MLSD"}) {
        INFO(line);
        auto data = c.opens_data();
        c.expects(line, 150);
        CHECK(data.sees_end() == tcp_socket::ending::orderly);
        CHECK(c.hears_code() == 226);
    }
}

// Python's unwrap() waits for it before it goes on to the reply.
TEST_CASE_METHOD(tls_data_test, "an upload's close_notify is answered before the reply is read") {
    use(GENERATE(tls1_3, tls1_2_tickets));
    auto upload = begin_upload(login(), "f", "new");
    upload.data.socket().say_close_notify();
    CHECK(upload.data.sees_end() == tcp_socket::ending::orderly);
    CHECK(upload.control.hears_code() == 226);
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(tls_data_test, "transfers of every size arrive to the byte, in both versions") {
    use(GENERATE(tls1_3, tls1_2_tickets));
    auto c = login();
    for (const std::size_t size : {0, 1, 16'383, 16'384, 16'385, 65'535, 65'536, 65'537, 131'072,
                                   262'143, 262'144, 262'145, 1'048'577, 5'000'000}) {
        INFO(size << " bytes");
        const auto bytes = bytes_of(size);
        c.stores("g", bytes);
        CHECK(content("g") == bytes);
        CHECK(c.retrieves("g") == bytes);
    }
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(tls_data_test, "an upload in the smallest of records arrives to the byte") {
    auto c = login();
    const auto bytes = bytes_of(20'000);
    auto data = c.opens_data();
    c.expects("STOR g", 150);
    for (const char byte : bytes)
        data.sends({&byte, 1});
    data.ends();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == bytes);
}

TEST_CASE_METHOD(tls_data_test, "a client that reads slowly gets everything") {
    const auto bytes = bytes_of(8'000'000);
    drop_in("big", bytes);
    auto c = login();
    auto data = c.opens_data();
    c.expects("RETR big", 150);
    std::string got;
    for (auto some = data.receives_some(999); !some.empty(); some = data.receives_some(999))
        got += some;
    CHECK(got == bytes);
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(tls_data_test, "REST continues a large download") {
    const auto bytes = bytes_of(1'000'000);
    drop_in("big", bytes);
    auto c = login();
    for (const std::size_t offset : {1u, 16'384u, 300'001u, 999'999u, 1'000'000u}) {
        c.expects("REST " + std::to_string(offset), 350);
        CHECK(c.retrieves("big") == bytes.substr(offset));
    }
}

TEST_CASE_METHOD(tls_data_test, "keys may be updated in the middle of a transfer") {
    use(tls1_3);
    const auto bytes = bytes_of(600'000);
    const auto half = bytes.size() / 2;
    drop_in("big", bytes);
    auto c = login();
    const auto update = [](data_connection& d) {
        REQUIRE(::SSL_key_update(d.socket().ssl(), SSL_KEY_UPDATE_REQUESTED) == 1);
    };
    auto up = c.opens_data();
    c.expects("STOR g", 150);
    up.sends(bytes.substr(0, half));
    update(up);
    up.sends(bytes.substr(half));
    up.ends();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == bytes);

    auto down = c.opens_data();
    c.expects("RETR big", 150);
    auto got = down.receives_some(1);
    update(down);
    ::SSL_do_handshake(down.socket().ssl()); // sends it
    got += down.receives_all();
    CHECK(got == bytes);
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(tls_data_test, "ABOR before the handshake of the data is 426, then 226") {
    auto c = login();
    auto data = c.opens_data();
    c.expects("STOR f", 150);
    CHECK(c.code("ABOR") == 426);
    CHECK(c.hears_code() == 226);
    f_has_not_changed();
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(tls_data_test, "a client may greet before it says what to transfer") {
    auto c = login();
    auto data = c.opens_data();
    data.socket().send_hello();
    c.expects("SIZE f", 213);
    c.expects("RETR f", 150);
    CHECK(data.receives_all() == "content");
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(tls_data_test, "transfers go on while the certificate is replaced") {
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
