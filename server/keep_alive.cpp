#include "server/keep_alive.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace objftpd::server {
namespace {

// Clouds' load balancers and home routers forget a silent connection after some minutes.
constexpr int silence = 60; // seconds before the first probe
constexpr int interval = 15;
constexpr int unanswered_probes = 4;

void set(int socket, int level, int option, int value) {
    // Where the system refuses, its own times hold.
    static_cast<void>(::setsockopt(socket, level, option, &value, sizeof(value)));
}

} // namespace

void keep_alive(int socket) {
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, silence);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, unanswered_probes);
}

} // namespace objftpd::server
