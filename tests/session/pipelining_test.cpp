#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "commands sent at once are answered in their order") {
    drop_in("f", "12345");
    auto c = greeted();
    c.sends_bytes("USER alice\r\nPASS secret\r\nPWD\r\nSIZE f\r\nNOOP\r\nRNFR f\r\nRNTO g\r\n"
                  "SIZE g\r\nMKD d\r\nCWD d\r\nPWD\r\nNONSENSE\r\nQUIT\r\n");
    for (const auto code : {331, 230, 257, 213, 200, 350, 250, 213, 257, 250, 257, 500, 221})
        CHECK(c.hears_code() == code);
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(session_test,
                 "NOOP and STAT behind a command that takes long are answered after it") {
    drop_in("f", std::string(20 << 20, 'x'));
    auto c = login();
    c.sends_bytes("XMD5 f\r\nNOOP\r\nRNFR f\r\nRNTO g\r\nNOOP\r\nSTAT\r\n");
    for (const auto code : {250, 200, 350, 250, 200, 211})
        CHECK(c.hears_code() == code);
}

TEST_CASE_METHOD(session_test, "NOOP behind a transfer is not answered before its 150") {
    drop_in("f", "x");
    auto c = login();
    auto data = c.opens_data();
    c.sends_bytes("RETR f\r\nNOOP\r\n");
    CHECK(c.hears_code() == 150);
    CHECK(data.receives_all() == "x");
    const auto one = c.hears_code();
    const auto two = c.hears_code();
    CHECK(std::min(one, two) == 200);
    CHECK(std::max(one, two) == 226);
}

TEST_CASE_METHOD(session_test, "STAT of a path during a transfer is answered after it") {
    drop_in("d/g", "x");
    auto upload = begin_upload(login(), "f");
    upload.control.sends("STAT d");
    CHECK(upload.control.code("STAT") == 211);
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    const auto listing = upload.control.hears();
    CHECK(listing.starts_with("212-"));
    CHECK(listing.find(" g\n") != std::string::npos);
}

TEST_CASE_METHOD(session_test, "commands may come in pieces, end in LF alone, or in CR NUL LF") {
    auto c = login();
    for (const auto* piece : {"P", "W", "D", "\r"})
        c.sends_bytes(piece);
    CHECK_FALSE(c.has_heard());
    c.sends_bytes("\n");
    CHECK(c.hears_code() == 257);
    c.sends_bytes("NOOP\n");
    CHECK(c.hears_code() == 200);
    c.sends_bytes(std::string("NOOP\r\0\n", 7));
    CHECK(c.hears_code() == 200);
}

TEST_CASE_METHOD(session_test, "a line that is too long gets one 500 and the session goes on") {
    auto c = login();
    for (const std::size_t length : {4097, 5000, 100'000, 1'000'000}) {
        CHECK(c.says(std::string(length, 'x')) == "500 Command line too long.");
        CHECK(c.code("NOOP") == 200);
    }
    CHECK(c.code("MKD " + std::string(4092, 'x')) == 553); // just fits
    CHECK(c.says("MKD " + std::string(4093, 'x')) == "500 Command line too long.");
}

TEST_CASE_METHOD(session_test, "a line that is too long is refused before its end") {
    auto c = login();
    c.sends_bytes(std::string(5000, 'x'));
    CHECK(c.hears_code() == 500);
    c.sends_bytes("still the same line\r\nNOOP\r\n");
    CHECK(c.hears_code() == 200);
}

TEST_CASE_METHOD(session_test, "before login a line that is too long is no different") {
    auto c = greeted();
    CHECK(c.code(std::string(200'000, 'U')) == 500);
    CHECK(c.code("USER alice") == 331);
}

TEST_CASE_METHOD(session_test, "Telnet options are refused as RFC 854 asks, and do not disturb") {
    auto c = login();
    c.sends_bytes("\xFF\xFB\x01"); // WILL ECHO
    CHECK(c.control().receive() == "\xFF\xFE\x01");
    c.sends_bytes("\xFF\xFD\x18"); // DO TERMINAL-TYPE
    CHECK(c.control().receive() == "\xFF\xFC\x18");
    c.sends_bytes("NO\xFF\xF1OP\r\n"); // NOP inside a line
    CHECK(c.hears_code() == 200);
    c.sends_bytes("MKD a\xFF\xFF\r\n"); // an escaped 0xFF is data, and no UTF-8
    CHECK(c.hears_code() == 553);
}

TEST_CASE_METHOD(session_test, "more commands than may wait are answered all the same") {
    settings.server.max_pending_commands = 4;
    auto upload = begin_upload(login(), "f");
    for (int i = 0; i < 100; ++i)
        upload.control.sends("PWD");
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    for (int i = 0; i < 100; ++i)
        CHECK(upload.control.hears_code() == 257);
}

TEST_CASE_METHOD(session_test,
                 "a client that ends its direction still hears the replies to what it sent") {
    auto c = login();
    c.sends_bytes("PWD\r\nSYST\r\nNOOP\r\n");
    c.control().finish();
    CHECK(c.hears_code() == 257);
    CHECK(c.hears_code() == 215);
    CHECK(c.hears_code() == 200);
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(session_test, "an unfinished line at the end is not done") {
    auto c = login();
    c.sends_bytes("MKD d");
    c.control().finish();
    CHECK(c.is_disconnected());
    CHECK_FALSE(exists("d"));
}
