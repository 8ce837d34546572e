#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::string unix_text = "one\ntwo\r\nthree\rfour\n";

class ascii_test : public session_test {
public:
    ftp_client login_ascii(config::ascii_policy policy) {
        alice().ascii = policy;
        auto c = login();
        c.expects("TYPE A", 200);
        return c;
    }
};

} // namespace

TEST_CASE_METHOD(ascii_test, "with policy binary TYPE A changes nothing but its name") {
    drop_in("f", unix_text);
    auto c = login_ascii(config::ascii_policy::binary);
    CHECK(c.retrieves("f") == unix_text);
    CHECK(c.says("SIZE f") == "213 " + std::to_string(unix_text.size()));
    c.stores("g", unix_text);
    CHECK(content("g") == unix_text);
    c.expects("REST 4", 350);
    CHECK(c.retrieves("f") == unix_text.substr(4));
}

TEST_CASE_METHOD(ascii_test, "with policy convert a download has CRLF, and CRLF is not doubled") {
    drop_in("f", unix_text);
    auto c = login_ascii(config::ascii_policy::convert);
    auto data = c.opens_data();
    CHECK(c.says("RETR f") == "150 Opening ASCII mode data connection.");
    CHECK(data.receives_all() == "one\r\ntwo\r\nthree\rfour\r\n");
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(ascii_test, "with policy convert an upload has LF, and a lone CR stays") {
    auto c = login_ascii(config::ascii_policy::convert);
    c.stores("f", "one\r\ntwo\nthree\rfour\r\nend\r");
    CHECK(content("f") == "one\ntwo\nthree\rfour\nend\r");
}

TEST_CASE_METHOD(ascii_test, "conversion does not depend on where the data are cut") {
    auto c = login_ascii(config::ascii_policy::convert);
    std::string lines;
    std::string converted;
    for (int i = 0; i < 60'000; ++i) {
        const auto line = std::string(static_cast<std::size_t>(i % 7), 'x');
        lines += line + "\n";
        converted += line + "\r\n";
    }
    c.stores("f", converted);
    CHECK(content("f") == lines);
    CHECK(c.retrieves("f") == converted);
    auto data = c.opens_data();
    c.expects("STOR g", 150);
    for (const auto* piece : {"a\r", "\nb", "\r", "\r", "\n"}) {
        data.sends(piece);
        c.expects("NOOP", 200);
    }
    data.ends();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == "a\nb\r\n");
}

TEST_CASE_METHOD(ascii_test, "with policy convert there is neither SIZE nor REST in TYPE A") {
    drop_in("f", unix_text);
    auto c = login_ascii(config::ascii_policy::convert);
    CHECK(c.says("SIZE f") == "550 SIZE is not allowed in ASCII mode.");
    CHECK(c.code("REST 4") == 504);
    CHECK(c.code("REST 0") == 350);
    c.expects("TYPE I", 200);
    CHECK(c.says("SIZE f") == "213 " + std::to_string(unix_text.size()));
    CHECK(c.retrieves("f") == unix_text);
}

TEST_CASE_METHOD(ascii_test, "an offset set in TYPE I does not hold in a converted transfer") {
    drop_in("f", "0123456789");
    alice().ascii = config::ascii_policy::convert;
    auto c = login();
    for (const auto* command : {"RETR f", "STOR f"}) {
        c.expects("TYPE I", 200);
        c.expects("REST 4", 350);
        c.expects("TYPE A", 200);
        c.opens_data();
        CHECK(c.code(command) == 504);
    }
    c.expects("TYPE I", 200);
    CHECK(c.retrieves("f") == "0123456789");
}

TEST_CASE_METHOD(ascii_test, "with policy convert APPE adds converted text") {
    drop_in("f", "one\n");
    auto c = login_ascii(config::ascii_policy::convert);
    c.transfers("APPE f", "two\r\n");
    CHECK(content("f") == "one\ntwo\n");
}

TEST_CASE_METHOD(ascii_test, "with policy reject TYPE A is 504 and listings still work") {
    alice().ascii = config::ascii_policy::reject;
    drop_in("f", unix_text);
    auto c = greeted();
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.code("TYPE A") == 504);
    CHECK(c.receives("NLST") == "f\r\n");
    CHECK(c.retrieves("f") == unix_text);
}
