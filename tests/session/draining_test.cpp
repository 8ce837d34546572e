#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "a server that is told to stop says 421 to idle sessions and ends") {
    auto idle = login();
    auto unknown = greeted();
    stop();
    CHECK(idle.hears() == "421 Service is shutting down, closing control connection.");
    CHECK(idle.is_disconnected());
    CHECK(unknown.hears_code() == 421);
    wait_for_end();
}

TEST_CASE_METHOD(session_test, "a running transfer may finish before the server ends") {
    auto upload = begin_upload(login(), "f", "first half, ");
    auto idle = login();
    stop();
    CHECK(idle.hears_code() == 421);
    CHECK_THROWS(connect());
    upload.data.sends("second half");
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(upload.control.hears_code() == 421);
    CHECK(upload.control.is_disconnected());
    wait_for_end();
    CHECK(content("f") == "first half, second half");
}

TEST_CASE_METHOD(session_test, "a transfer that does not finish in time is aborted") {
    settings.server.drain_timeout = 1s;
    drop_in("f", "old");
    auto upload = begin_upload(login(), "f");
    stop();
    upload.data.sees_end();
    wait_for_end();
    CHECK(content("f") == "old");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(session_test, "told twice to stop the server ends now") {
    settings.server.drain_timeout = 3600s;
    drop_in("f", "old");
    auto upload = begin_upload(login(), "f");
    stop();
    stop();
    wait_for_end();
    CHECK(content("f") == "old");
}

TEST_CASE_METHOD(session_test, "a server without sessions ends at once") {
    settings.server.drain_timeout = 3600s;
    start();
    stop();
    wait_for_end();
}

TEST_CASE_METHOD(session_test, "an address that is taken is a problem that names it") {
    auto c = login();
    config::settings another = settings;
    another.listeners[0].addresses[0].port = c.control().peer().port();
    server::gateway second(another);
    const auto problem = second.open();
    REQUIRE(problem);
    CHECK(problem->find("127.0.0.1") != std::string::npos);
    CHECK(problem->find(std::to_string(another.listeners[0].addresses[0].port)) !=
          std::string::npos);
}
