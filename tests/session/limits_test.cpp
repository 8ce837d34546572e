#include "tests/session/session_test.hpp"

#include <atomic>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class limits_test : public session_test {
public:
    // Before the handshake of implicit TLS there is no way to say why.
    void check_refused(ftp_client c, const std::string& reply) {
        if (scheme() == config::listener_scheme::ftps) {
            CHECK(c.control().tcp().receive_all().empty());
            return;
        }
        CHECK(c.hears() == reply);
        CHECK(c.is_disconnected());
    }
};

} // namespace

TEST_CASE_METHOD(limits_test, "above max_sessions a connection is told 421 and closed") {
    settings.server.max_sessions = 2;
    auto one = login();
    auto two = login("alice", "127.0.0.2");
    check_refused(connect("127.0.0.3"), "421 Too many connections, please try again later.");
    CHECK(one.code("NOOP") == 200);
    one.expects("QUIT", 221);
    CHECK(one.is_disconnected());
    login();
}

TEST_CASE_METHOD(limits_test, "one address has its own limit") {
    settings.server.max_sessions_per_address = 2;
    auto one = login();
    auto two = login();
    check_refused(connect(), "421 Too many connections from your address.");
    login("alice", "127.0.0.2");
    two.expects("QUIT", 221);
    CHECK(two.is_disconnected());
    login();
}

TEST_CASE_METHOD(limits_test, "connections that do not log in cannot keep the others out") {
    settings.server.max_unauthenticated = 4;
    auto member = login();
    auto one = greeted("127.0.0.2");
    auto two = greeted("127.0.0.2");
    check_refused(connect("127.0.0.2"), // one address gets half of the places
                  "421 Too many logins under way, please try again.");
    login("alice", "127.0.0.3");
    auto four = greeted("127.0.0.4");
    auto five = greeted("127.0.0.4");
    check_refused(connect("127.0.0.5"), "421 Too many logins under way, please try again.");
    CHECK(member.code("NOOP") == 200);
    five.expects("USER alice", 331);
    five.expects("PASS secret", 230);
    login("alice", "127.0.0.5");
}

TEST_CASE_METHOD(limits_test, "a session that logs out counts as one before login again") {
    settings.server.max_unauthenticated = 2;
    auto one = login();
    one.expects("REIN", 220);
    check_refused(connect(), "421 Too many logins under way, please try again.");
    auto other = greeted("127.0.0.2");
    check_refused(connect("127.0.0.3"), "421 Too many logins under way, please try again.");
    one.expects("USER alice", 331);
    one.expects("PASS secret", 230);
    greeted("127.0.0.3");
}

TEST_CASE_METHOD(limits_test, "REIN needs a place before login") {
    settings.server.max_unauthenticated = 2;
    auto one = login();
    auto two = greeted("127.0.0.2");
    auto three = greeted("127.0.0.3");
    CHECK(one.code("REIN") == 421);
    CHECK(one.is_disconnected());
    two.expects("USER alice", 331);
    two.expects("PASS secret", 230);
    CHECK(two.code("REIN") == 220); // the place that it has just left
    CHECK(three.code("NOOP") == 200);
}

TEST_CASE_METHOD(limits_test, "USER after a login needs a place before login") {
    settings.server.max_unauthenticated = 2;
    auto one = login();
    auto two = greeted("127.0.0.2");
    auto three = greeted("127.0.0.3");
    CHECK(one.says("USER alice").starts_with("421 "));
    CHECK(one.is_disconnected()); // nobody is logged in
    two.expects("USER alice", 331);
    two.expects("PASS secret", 230);
    CHECK(two.code("USER alice") == 331);
    CHECK(two.code("PASS secret") == 230);
    CHECK(three.code("NOOP") == 200);
}

TEST_CASE_METHOD(limits_test, "logging out does not get past the limit of an address") {
    settings.server.max_unauthenticated = 4;
    auto member = login();
    auto one = greeted();
    auto two = greeted();
    CHECK(member.code("REIN") == 421);
    CHECK(member.is_disconnected());
    CHECK(one.code("NOOP") == 200);
}

TEST_CASE_METHOD(limits_test, "many sessions of many clients work beside each other") {
    std::vector<ftp_client> clients;
    for (int i = 0; i < 40; ++i)
        clients.push_back(login());
    for (auto& c : clients)
        c.sends("PWD");
    for (auto& c : clients)
        CHECK(c.hears_code() == 257);
    std::vector<data_connection> uploads;
    for (auto& c : clients)
        uploads.push_back(c.opens_data());
    for (std::size_t i = 0; i < clients.size(); ++i)
        clients[i].expects("STOR f" + std::to_string(i), 150);
    for (std::size_t i = 0; i < clients.size(); ++i) {
        uploads[i].sends(std::to_string(i));
        uploads[i].ends();
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        CHECK(clients[i].hears_code() == 226);
        CHECK(content("f" + std::to_string(i)) == std::to_string(i));
    }
}

TEST_CASE_METHOD(limits_test, "from a client that never reads its replies nothing more is taken") {
    auto upload = begin_upload(login(), "f"); // STAT is answered at once beside it
    auto other = login();
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "STAT\r\n";
    std::size_t sent = 0;
    for (int refusals = 0; refusals < 100 && sent < (64 << 20);) {
        const auto n = upload.control.control().send_some(many);
        sent += n;
        refusals = n == 0 ? refusals + 1 : 0;
        other.expects("NOOP", 200); // time for the server, had it a mind to take more
    }
    CHECK(sent < (64 << 20));
}

TEST_CASE_METHOD(limits_test, "a stalled client does not delay another on the same thread") {
    settings.server.io_threads = 1;
    settings.server.disk_threads = 1;
    drop_in("big", too_much_to_buffer());
    drop_in("f", "content");
    auto download = begin_download(login(), "big"); // and takes no more
    auto upload = begin_upload(login(), "g");       // and sends no more
    auto unread = login();
    unread.control().shrink_buffers();
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "HELP\r\n";
    while (unread.control().send_some(many) == many.size()) { // and reads nothing
    }
    auto c = login();
    for (int i = 0; i < 20; ++i) {
        CHECK(c.retrieves("f") == "content");
        c.stores("h", "content");
        CHECK(c.receives("NLST") != "");
    }
}

TEST_CASE_METHOD(limits_test, "a client that never pauses delays nobody else") {
    settings.server.io_threads = 1;
    auto other = login();
    auto busy = login();
    std::string many;
    for (int i = 0; i < 10'000; ++i)
        many += "NOOP\r\n";
    std::atomic<bool> over = false;
    std::atomic<bool> broken = false;
    std::thread flood([&] {
        try {
            while (!over) {
                busy.control().send_some(many);
                while (busy.control().has_input())
                    busy.control().receive();
            }
        } catch (const std::runtime_error&) {
            broken = true;
        }
    });
    int answered = 0;
    try {
        for (; answered < 100; ++answered)
            other.expects("NOOP", 200);
    } catch (const std::runtime_error&) { // the flood must be over before the test is
    }
    over = true;
    flood.join();
    CHECK(answered == 100);
    CHECK_FALSE(broken);
}
