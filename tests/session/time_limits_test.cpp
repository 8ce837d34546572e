#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "an idle session ends with 421") {
    settings.server.idle_timeout = 1s;
    auto c = login();
    CHECK(c.hears() == "421 Idle for too long, closing control connection.");
    CHECK(c.is_disconnected());
}

TEST_CASE_METHOD(session_test, "a connection that does not log in ends with 421") {
    settings.server.login_timeout = 1s;
    auto silent = greeted();
    auto half = greeted();
    half.expects("USER alice", 331);
    CHECK(silent.hears() == "421 Login took too long, closing control connection.");
    CHECK(silent.is_disconnected());
    CHECK(half.hears_code() == 421);
}

TEST_CASE_METHOD(session_test, "talking does not prolong the time to log in") {
    settings.server.login_timeout = 1s;
    auto c = greeted();
    int code = 0;
    for (int i = 0; i < 1'000'000 && (code = c.code("NOOP")) == 200; ++i) {
    }
    CHECK(code == 421);
}

TEST_CASE_METHOD(session_test, "the time to log in does not count after it") {
    settings.server.login_timeout = 1s;
    auto c = login();
    auto other = greeted();
    CHECK(other.hears_code() == 421); // by then it has passed
    CHECK(c.code("NOOP") == 200);
}

TEST_CASE_METHOD(session_test, "a session that logs out has the time to log in again, no more") {
    settings.server.login_timeout = 1s;
    auto user = login();
    auto rein = login();
    user.expects("USER alice", 331);
    rein.expects("REIN", 220);
    CHECK(user.hears() == "421 Login took too long, closing control connection.");
    CHECK(user.is_disconnected());
    CHECK(rein.hears_code() == 421);
    CHECK(rein.is_disconnected());
}

TEST_CASE_METHOD(session_test, "a running transfer keeps its session from being idle") {
    settings.server.idle_timeout = 1s;
    auto upload = begin_upload(login(), "f", "new");
    auto idle = login();
    CHECK(idle.hears_code() == 421); // by then it has passed
    CHECK(upload.control.code("NOOP") == 200);
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(session_test, "an upload that stalls is 426 and the old file stays") {
    settings.server.stall_timeout = 1s;
    drop_in("f", "old");
    auto upload = begin_upload(login(), "f");
    CHECK(upload.control.hears() == "426 The data connection stalled, transfer aborted.");
    upload.data.sees_end();
    CHECK(content("f") == "old");
    CHECK(leftovers() == 0);
    CHECK(upload.control.retrieves("f") == "old");
}

TEST_CASE_METHOD(session_test, "a download that nobody takes is 426") {
    settings.server.stall_timeout = 1s;
    drop_in("big", too_much_to_buffer());
    auto download = begin_download(login(), "big");
    CHECK(download.control.hears_code() == 426);
    CHECK(download.control.code("NOOP") == 200);
}

TEST_CASE_METHOD(session_test, "an upload that is slow but moves is not aborted") {
    settings.server.stall_timeout = 1s;
    auto stalled = begin_upload(login(), "f");
    auto slow = begin_upload(login(), "g", "");
    std::size_t sent = 0;
    while (!stalled.control.has_heard()) { // as long as it takes to stall
        slow.data.sends("x");
        slow.control.expects("NOOP", 200);
        ++sent;
    }
    CHECK(stalled.control.hears_code() == 426);
    slow.data.ends();
    CHECK(slow.control.hears_code() == 226);
    CHECK(content("g").size() == sent);
}

// Takes six seconds, and TLS changes nothing.
TEST_CASE_METHOD(plain_session_test, "a client that reads no replies is disconnected in the end") {
    settings.server.idle_timeout = 1s;
    auto c = login();
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "HELP\r\n";
    while (c.control().send_some(many) > 0) {
    }
    CHECK_NOTHROW(c.control().wait_for_break());
    CHECK(login().code("NOOP") == 200);
}
