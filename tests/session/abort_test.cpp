#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::string data_mark = "\xFF\xF2"; // IAC DM

class abort_test : public session_test {
public:
    abort_test() { drop_in("f", "old content"); }

    void nothing_has_changed() {
        CHECK(content("f") == "old content");
        CHECK(leftovers() == 0);
    }
};

} // namespace

TEST_CASE_METHOD(abort_test, "ABOR with nothing to abort is 226") {
    auto c = login();
    CHECK(c.says("ABOR") == "226 ABOR successful.");
    CHECK(greeted().code("ABOR") == 226);
}

TEST_CASE_METHOD(abort_test, "ABOR after PASV takes the promise back") {
    auto c = login();
    c.passive_port();
    CHECK(c.code("ABOR") == 225);
    CHECK(c.code("RETR f") == 425);
}

TEST_CASE_METHOD(abort_test, "ABOR during an upload is 426, then 226, and the old file stays") {
    auto upload = begin_upload(login(), "f");
    CHECK(upload.control.says("ABOR") == "426 Transfer aborted.");
    CHECK(upload.control.hears() == "226 ABOR successful.");
    upload.data.sees_end();
    nothing_has_changed();
    CHECK(upload.control.retrieves("f") == "old content");
}

TEST_CASE_METHOD(abort_test, "ABOR of a large upload leaves nothing") {
    auto upload = begin_upload(login(), "f", std::string(10 << 20, 'x'));
    upload.control.sends("ABOR");
    CHECK(upload.control.hears_code() == 426);
    CHECK(upload.control.hears_code() == 226);
    nothing_has_changed();
}

TEST_CASE_METHOD(abort_test, "ABOR during a download is 426, then 226") {
    drop_in("big", too_much_to_buffer());
    auto download = begin_download(login(), "big");
    CHECK(download.control.code("ABOR") == 426);
    CHECK(download.control.hears_code() == 226);
    download.data.sees_end();
    CHECK(download.control.retrieves("f") == "old content");
}

TEST_CASE_METHOD(abort_test, "ABOR before the data connection is made") {
    auto c = login();
    c.passive_port();
    c.expects("STOR f", 150);
    CHECK(c.code("ABOR") == 426);
    CHECK(c.hears_code() == 226);
    nothing_has_changed();
}

TEST_CASE_METHOD(abort_test, "ABOR during a listing") {
    for (int i = 0; i < 3000; ++i)
        drop_in("d/" + std::string(200, 'n') + std::to_string(i), "");
    auto c = login();
    auto data = c.opens_data();
    data.socket().shrink_buffers();
    c.expects("LIST d", 150);
    data.receives_some(1);
    c.sends("ABOR");
    // The listing may have fitted into the buffers after all.
    const auto code = c.hears_code();
    CHECK((code == 426 || code == 226));
    CHECK(c.hears_code() == 226);
    CHECK(c.retrieves("f") == "old content");
}

TEST_CASE_METHOD(abort_test, "the abort sequences of Telnet clients are understood") {
    // What is sent with MSG_OOB is urgent in its last byte only.
    auto upload = begin_upload(login(), "f");
    SECTION("IP, then urgent IAC, then DM and the command (RFC 959)") {
        upload.control.sends_bytes(interrupt);
        upload.control.sends_urgent("\xFF");
        upload.control.sends_bytes("\xF2"
                                   "ABOR\r\n");
    }
    SECTION("IP, then urgent IAC DM, then the command") {
        upload.control.sends_bytes(interrupt);
        upload.control.sends_urgent(data_mark);
        upload.control.sends_bytes("ABOR\r\n");
    }
    SECTION("everything urgent") {
        upload.control.sends_urgent(interrupt + data_mark);
        upload.control.sends_urgent("ABOR\r\n");
    }
    SECTION("nothing urgent") {
        upload.control.sends_bytes(interrupt + data_mark + "ABOR\r\n");
    }
    CHECK(upload.control.hears_code() == 426);
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.code("NOOP") == 200);
    nothing_has_changed();
}

TEST_CASE_METHOD(abort_test, "STAT and NOOP are answered during a transfer") {
    auto upload = begin_upload(login(), "f");
    CHECK(upload.control.says("NOOP") == "200 OK.");
    const auto status = upload.control.says("STAT");
    CHECK(status.starts_with("211-"));
    CHECK(status.find("Running: STOR f") != std::string::npos);
    CHECK(status.find(" bytes in ") != std::string::npos);
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
}

TEST_CASE_METHOD(abort_test, "STAT counts the bytes of a transfer") {
    auto upload = begin_upload(login(), "f", "0123456789");
    std::string status;
    do
        status = upload.control.says("STAT");
    while (status.find(" 0 bytes in") != std::string::npos);
    CHECK(status.find(" 10 bytes in ") != std::string::npos);
}

TEST_CASE_METHOD(abort_test, "commands sent during a transfer are done after it, in order") {
    auto upload = begin_upload(login(), "f", "new");
    upload.control.sends("SIZE f");
    upload.control.sends("MKD d");
    upload.control.sends("PWD");
    CHECK(upload.control.code("NOOP") == 200);
    CHECK_FALSE(exists("d"));
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.hears() == "213 3");
    CHECK(upload.control.hears_code() == 257);
    CHECK(upload.control.hears() == "257 \"/\" is the current directory.");
}

TEST_CASE_METHOD(abort_test, "a transfer behind a transfer waits for its turn") {
    auto first = begin_upload(login(), "f", "new");
    first.control.sends("EPSV");
    first.control.sends("RETR f");
    first.data.ends();
    CHECK(first.control.hears_code() == 226);
    const auto passive = first.control.hears();
    REQUIRE(passive.starts_with("229 "));
    const auto port = std::stoi(passive.substr(passive.find("|||") + 3));
    auto data = first.control.connects_to(static_cast<std::uint16_t>(port));
    CHECK(first.control.hears_code() == 150);
    CHECK(data.receive_all() == "new");
    CHECK(first.control.hears_code() == 226);
}

TEST_CASE_METHOD(abort_test, "QUIT during a transfer is done after it") {
    auto upload = begin_upload(login(), "f", "new");
    upload.control.sends("QUIT");
    CHECK(upload.control.code("NOOP") == 200);
    upload.data.sends(" and complete");
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.hears() == "221 Goodbye.");
    CHECK(upload.control.is_disconnected());
    CHECK(content("f") == "new and complete");
}

TEST_CASE_METHOD(abort_test, "ABOR passes the commands that wait") {
    auto upload = begin_upload(login(), "f");
    upload.control.sends("PWD");
    upload.control.sends("ABOR");
    CHECK(upload.control.hears_code() == 426);
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.hears_code() == 257);
}

TEST_CASE_METHOD(abort_test, "a control connection that closes in mid-upload leaves the old file") {
    auto upload = begin_upload(login(), "f");
    SECTION("in order") {
        upload.control.disconnects();
    }
    SECTION("by a reset") {
        upload.control.breaks();
    }
    upload.data.sees_end();
    stop();
    wait_for_end();
    nothing_has_changed();
}

TEST_CASE_METHOD(abort_test, "a control connection that closes in mid-download ends it") {
    drop_in("big", too_much_to_buffer());
    auto download = begin_download(login(), "big");
    download.control.disconnects();
    download.data.sees_end();
    CHECK(login().code("NOOP") == 200);
}

TEST_CASE_METHOD(abort_test, "a data connection that is reset in mid-upload is 426") {
    auto upload = begin_upload(login(), "f");
    upload.data.breaks();
    CHECK(upload.control.hears() == "426 The data connection broke, transfer aborted.");
    nothing_has_changed();
    CHECK(upload.control.retrieves("f") == "old content");
}

TEST_CASE_METHOD(abort_test, "a data connection that is reset in mid-append or resume is 426") {
    auto c = login();
    SECTION("APPE") {
        auto data = c.opens_data();
        c.expects("APPE f", 150);
        data.sends(std::string(100'000, 'x'));
        data.breaks();
    }
    SECTION("REST and STOR") {
        c.expects("REST 3", 350);
        auto upload = begin_upload(std::move(c), "f");
        upload.data.breaks();
        c = std::move(upload.control);
    }
    CHECK(c.hears_code() == 426);
    nothing_has_changed();
}

TEST_CASE_METHOD(abort_test, "a data connection that closes in mid-download is 426") {
    drop_in("big", too_much_to_buffer());
    auto download = begin_download(login(), "big");
    download.data.breaks();
    CHECK(download.control.hears_code() == 426);
    CHECK(download.control.retrieves("f") == "old content");
}

TEST_CASE_METHOD(abort_test, "ABOR ends a long hash, and the promise before it still holds") {
    drop_in("huge", "");
    std::filesystem::resize_file(file("huge"), std::uintmax_t{16} << 30); // of holes
    auto c = login();
    const auto port = c.passive_port();
    c.sends_bytes("XSHA512 huge\r\nABOR\r\n");
    CHECK(c.hears_code() == 426);
    CHECK(c.hears_code() == 226);
    auto data = c.connects_to(port);
    c.expects("RETR f", 150);
    CHECK(data.receive_all() == "old content");
    CHECK(c.hears_code() == 226);
}
