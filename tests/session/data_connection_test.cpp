#include "tests/session/session_test.hpp"

#include <regex>

using namespace objftpd;
using namespace objftpd::tests;
using boost::asio::ip::make_address;

namespace {

std::string port_command(const tcp_socket::endpoint& at) {
    auto text = "PORT " + at.address().to_string() + '.' + std::to_string(at.port() / 256) + '.' +
                std::to_string(at.port() % 256);
    std::replace(text.begin() + 5, text.end(), '.', ',');
    return text;
}

std::string eprt_command(const tcp_socket::endpoint& at) {
    return "EPRT |" + std::string(at.address().is_v6() ? "2" : "1") + "|" +
           at.address().to_string() + "|" + std::to_string(at.port()) + "|";
}

class data_connection_test : public session_test {
public:
    data_connection_test() { drop_in("f", "content"); }

    tcp_socket listening = tcp_socket::listen({make_address("127.0.0.1"), 0});

    // The dialogue of a download whose data connection the server makes.
    void retrieves_actively(ftp_client& c, tcp_socket& at) {
        c.expects("RETR f", 150);
        auto data = c.protects(at.accept());
        CHECK(data.receive_all() == "content");
        CHECK(c.hears_code() == 226);
    }
};

} // namespace

TEST_CASE_METHOD(data_connection_test, "PASV names address and port as six numbers") {
    auto c = login();
    const auto answer = c.says("PASV");
    std::smatch found;
    REQUIRE(std::regex_match(
        answer, found, std::regex(R"(227 Entering Passive Mode \(127,0,0,1,(\d+),(\d+)\)\.)")));
    const auto port = std::stoi(found[1]) * 256 + std::stoi(found[2]);
    auto data = c.connects_to(static_cast<std::uint16_t>(port));
    c.expects("RETR f", 150);
    CHECK(data.receive_all() == "content");
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(data_connection_test, "PASV announces the configured address") {
    settings.listeners[0].passive_address = "203.0.113.7";
    auto c = login();
    CHECK(c.says("PASV").starts_with("227 Entering Passive Mode (203,0,113,7,"));
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "passive ports come from the configured range") {
    settings.server.passive_ports = {21'110, 21'119}; // below the ports of outgoing connections
    auto c = login();
    for (int i = 0; i < 30; ++i) {
        const auto port = c.passive_port();
        CHECK(port >= 21'110);
        CHECK(port <= 21'119);
    }
}

TEST_CASE_METHOD(data_connection_test,
                 "when all passive ports are taken it is 425 until one is free") {
    settings.server.passive_ports = {21'120, 21'121};
    auto one = login();
    auto two = login();
    auto three = login();
    one.passive_port();
    two.passive_port();
    CHECK(three.code("EPSV") == 425);
    CHECK(three.code("PASV") == 425);
    CHECK(three.code("NOOP") == 200);
    CHECK(one.retrieves("f") == "content");
    CHECK(three.code("EPSV") == 229);
}

TEST_CASE_METHOD(data_connection_test, "EPSV over IPv4 takes family 1, over IPv6 family 2") {
    auto c = login();
    CHECK(c.code("EPSV") == 229);
    CHECK(c.code("EPSV 1") == 229);
    CHECK(c.says("EPSV 2") == "522 Network protocol not supported, use (1).");
    CHECK(c.code("EPSV 3") == 522);
    CHECK(c.code("EPSV x") == 501);
}

TEST_CASE_METHOD(data_connection_test, "everything works over IPv6") {
    settings.listeners[0].addresses.push_back({scheme(), "::1", 0});
    auto c = login("alice", "::1", 1);
    CHECK(c.retrieves("f") == "content");
    CHECK(c.code("EPSV 2") == 229);
    CHECK(c.says("EPSV 1") == "522 Network protocol not supported, use (2).");
    auto at = tcp_socket::listen({make_address("::1"), 0});
    CHECK(c.code(eprt_command(at.local())) == 200);
    retrieves_actively(c, at);
    // lftp names its unbound address and means its own.
    CHECK(c.code("EPRT |2|::|" + std::to_string(at.local().port()) + "|") == 200);
    retrieves_actively(c, at);
}

TEST_CASE_METHOD(data_connection_test, "PORT and EPRT let the server connect") {
    auto c = login();
    CHECK(c.says(port_command(listening.local())) == "200 Data port accepted.");
    retrieves_actively(c, listening);
    CHECK(c.code(eprt_command(listening.local())) == 200);
    retrieves_actively(c, listening);
    CHECK(c.code(port_command(listening.local())) == 200);
    c.expects("STOR g", 150);
    auto data = c.protects(listening.accept());
    CHECK(data.peer().address() == c.control().peer().address());
    data.send("from the client");
    data.close();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == "from the client");
}

TEST_CASE_METHOD(data_connection_test, "PORT to another address or a privileged port is 501") {
    auto c = login();
    const auto other = tcp_socket::listen({make_address("127.0.0.2"), 0});
    CHECK(c.code(port_command(other.local())) == 501);
    CHECK(c.code(eprt_command(other.local())) == 501);
    CHECK(c.code("PORT 8,8,8,8,195,80") == 501);
    CHECK(c.code("PORT 127,0,0,1,0,22") == 501);
    CHECK(c.code("PORT 127,0,0,1,3,255") == 501);
    CHECK(c.code("EPRT |1|127.0.0.1|1023|") == 501);
    CHECK(c.code("EPRT |2|::1|50000|") == 501);
    CHECK(c.code("RETR f") == 425);
    CHECK_FALSE(other.has_input());
}

TEST_CASE_METHOD(data_connection_test, "what is no address is 501, an unknown family 522") {
    auto c = login();
    for (const auto* line : {"PORT 1,2,3,4,5", "PORT 127,0,0,1,256,1", "PORT a,b,c,d,e,f",
                             "PORT 127.0.0.1", "EPRT 127.0.0.1", "EPRT |1|127.0.0.1|",
                             "EPRT |1|127.0.0.1|70000|", "EPRT |1|::1|50000|", "EPRT ||||"})
        CHECK(c.code(line) == 501);
    CHECK(c.says("EPRT |3|x|50000|") == "522 Network protocol not supported, use (1,2).");
}

TEST_CASE_METHOD(data_connection_test, "active mode can be switched off") {
    settings.listeners[0].active_mode = false;
    auto c = login();
    CHECK(c.code(port_command(listening.local())) == 502);
    CHECK(c.code(eprt_command(listening.local())) == 502);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "after EPSV ALL nothing else is accepted") {
    auto c = login();
    CHECK(c.says("EPSV ALL") == "200 EPSV ALL accepted.");
    CHECK(c.code("PASV") == 501);
    CHECK(c.code(port_command(listening.local())) == 501);
    CHECK(c.code(eprt_command(listening.local())) == 501);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "the last promise counts") {
    auto c = login();
    const auto first = c.passive_port();
    const auto second = c.passive_port();
    CHECK_THROWS(c.connects_to(first));
    auto data = c.connects_to(second);
    c.expects("RETR f", 150);
    CHECK(data.receive_all() == "content");
    CHECK(c.hears_code() == 226);
    c.passive_port();
    c.expects(port_command(listening.local()), 200);
    retrieves_actively(c, listening);
}

TEST_CASE_METHOD(data_connection_test, "a promise serves one transfer") {
    auto c = login();
    const auto port = c.passive_port();
    auto data = c.connects_to(port);
    c.expects("RETR f", 150);
    data.receive_all();
    c.hears();
    CHECK(c.code("RETR f") == 425);
    c.passive_port();
    CHECK(c.code("RETR missing") == 550);
    CHECK(c.code("RETR f") == 425);
}

TEST_CASE_METHOD(data_connection_test, "a data connection from another address is ignored") {
    auto c = login();
    const auto port = c.passive_port();
    auto thief = c.thief_at(port, "127.0.0.2");
    c.expects("RETR f", 150);
    CHECK(thief.receive_all().empty());
    auto data = c.connects_to(port);
    CHECK(data.receive_all() == "content");
    CHECK(c.hears_code() == 226);
}

TEST_CASE_METHOD(data_connection_test,
                 "who connects before a port is promised again gets nothing") {
    auto c = login();
    const auto port = c.passive_port();
    auto first = c.connects_to(port);
    c.expects("RETR f", 150);
    first.receive_all();
    c.hears();
    tls_socket waiting;
    try {
        waiting = c.connects_to(port);
    } catch (const std::runtime_error&) {
        return; // not even that is possible
    }
    const auto again = c.passive_port();
    auto data = c.connects_to(again);
    c.expects("RETR f", 150);
    CHECK(data.receive_all() == "content");
    CHECK(c.hears_code() == 226);
    if (again == port) {
        std::string stolen;
        try {
            stolen = waiting.receive_all();
        } catch (const std::runtime_error&) { // reset
        }
        CHECK(stolen.empty());
    }
}

TEST_CASE_METHOD(data_connection_test, "nobody else can feed an upload") {
    auto c = login();
    const auto port = c.passive_port();
    c.expects("STOR g", 150);
    auto thief = c.thief_at(port, "127.0.0.2");
    thief.send("forged");
    CHECK_NOTHROW(thief.wait_for_end());
    auto data = c.connects_to(port);
    data.send("real");
    data.close();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == "real");
}

TEST_CASE_METHOD(data_connection_test, "a client that never connects gets 425") {
    settings.server.passive_timeout = 1s;
    auto c = login();
    auto other = login();
    c.passive_port();
    c.expects("RETR f", 150);
    other.passive_port();
    other.expects("STOR new", 150);
    CHECK(c.says("STAT").find("Running: RETR f") != std::string::npos);
    CHECK(c.hears() == "425 The data connection was not made in time.");
    CHECK(other.hears_code() == 425);
    CHECK_FALSE(exists("new"));
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "a promise that is never used ends with its time limit") {
    settings.server.io_threads = 1; // one clock for both sessions
    settings.server.passive_timeout = 1s;
    auto c = login();
    auto other = login();
    const auto port = c.passive_port();
    other.passive_port();
    other.expects("RETR f", 150);
    CHECK(other.hears_code() == 425); // by then it has passed
    c.expects("NOOP", 200);
    CHECK_THROWS(c.connects_to(port));
    CHECK(c.code("RETR f") == 425);
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "a port where nobody listens is 425") {
    auto c = login();
    const auto at = listening.local();
    listening.close();
    c.expects(port_command(at), 200);
    c.expects("RETR f", 150);
    CHECK(c.hears() == "425 The data connection could not be made.");
    CHECK(c.retrieves("f") == "content");
}

TEST_CASE_METHOD(data_connection_test, "a client may connect before it says what to transfer") {
    auto c = login();
    auto data = c.opens_data();
    for (const auto* between : {"TYPE I", "NOOP", "SIZE f", "PWD", "REST 0"})
        c.code(between);
    if (is_encrypted())
        data.socket().send_hello();
    else
        data.sends("early"); // and may even send already
    c.expects("STOR g", 150);
    if (is_encrypted())
        data.sends("early");
    data.ends();
    CHECK(c.hears_code() == 226);
    CHECK(content("g") == "early");
}
