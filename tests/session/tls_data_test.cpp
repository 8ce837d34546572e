#include "tests/session/tls_data_session.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(tls_data_test, "a data connection in clear in place of a private one is 425") {
    auto c = login();
    c.private_data = false;
    SECTION("of an upload") {
        auto data = c.opens_data();
        c.expects("STOR f", 150);
        data.sends(std::string(300'000, 'x'));
        CHECK(c.hears_code() == 425);
        CHECK(data.sees_end() == tcp_socket::ending::orderly);
    }
    SECTION("of a download, which sends nothing") {
        auto data = c.opens_data();
        c.expects("RETR f", 150);
        data.sends("GET / HTTP/1.1\r\n\r\n");
        CHECK(c.hears_code() == 425);
        CHECK(data.receives_all().find("content") == std::string::npos); // and no reset
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
