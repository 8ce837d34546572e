#include "tests/session/session_test.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <stdexcept>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

using endpoint = tcp_socket::endpoint;

endpoint other_end(int socket) {
    endpoint found;
    auto length = static_cast<socklen_t>(found.capacity());
    if (::getpeername(socket, found.data(), &length) != 0)
        return {};
    found.resize(length);
    return found;
}

// The server runs in the test's own process: its socket is the one whose other end is the client's.
int server_socket_of(const endpoint& client) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename());
        if (other_end(fd) == client)
            return fd;
    }
    throw std::runtime_error("the server has no such connection");
}

int option(int socket, int level, int name) {
    int value = 0;
    socklen_t length = sizeof(value);
    if (::getsockopt(socket, level, name, &value, &length) != 0)
        throw std::runtime_error("cannot read the option");
    return value;
}

void check_keep_alive(const endpoint& client) {
    const int socket = server_socket_of(client);
    CHECK(option(socket, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPIDLE) == 60);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPINTVL) == 15);
    CHECK(option(socket, IPPROTO_TCP, TCP_KEEPCNT) == 4);
}

} // namespace

TEST_CASE_METHOD(plain_session_test, "a control connection in silence is probed after a minute") {
    auto c = login();
    check_keep_alive(c.control().local());
}

TEST_CASE_METHOD(plain_session_test, "so is a data connection that the client has made") {
    drop_in("f", too_much_to_buffer());
    auto [control, data] = begin_download(login(), "f"); // so it has been accepted
    check_keep_alive(data.socket().local());
}

TEST_CASE_METHOD(plain_session_test, "so is a data connection that the server has made") {
    auto c = login();
    auto listening = tcp_socket::listen({boost::asio::ip::make_address("127.0.0.1"), 0});
    c.expects("EPRT |1|127.0.0.1|" + std::to_string(listening.local().port()) + "|", 200);
    c.expects("STOR f", 150);
    const auto data = listening.accept();
    check_keep_alive(data.local());
}
