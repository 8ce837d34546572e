// Whatever a stranger sends before login, in clear, in place of a TLS handshake, or inside TLS: a
// whole session answers, ends when its client does, and lets nobody in.

#include "config/load.hpp"
#include "config/log.hpp"
#include "config/password_hash.hpp"
#include "server/io_thread.hpp"
#include "tests/support/configurations.hpp"

#include <openssl/ssl.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

using namespace objftpd;

namespace {

void require(bool promise, const char* what) {
    if (promise)
        return;
    std::fprintf(stderr, "broken promise: %s\n", what);
    std::abort();
}

config::settings settings_of_stranger() {
    auto loaded = config::load_text(tests::small_configuration, "fuzz", "/nowhere");
    require(static_cast<bool>(loaded), "the configuration is good");
    auto s = std::move(loaded.value);
    s.state_directory.clear(); // the certificate is made anew
    s.log.level = config::log_level::off;
    s.server.max_login_failures_per_address = 0;
    s.server.login_failure_delay = {};
    s.users.front().password_hash =
        config::hash_password("cannot be guessed", {.memory_kib = 8, .passes = 1, .lanes = 1});
    return s;
}

/// One server without a listener: its clients are given to it.
class stranger_server {
public:
    stranger_server() {
        config::log::open(settings_.log);
        require(!services_.tls.open(), "there is a certificate");
    }

    int connect(config::listener_scheme scheme) {
        std::array<int, 2> ends{};
        require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "a pair");
        const timeval limit{8, 0};
        ::setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        ::setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
        const asio::ip::tcp::endpoint loopback(asio::ip::address_v4::loopback(), 2121);
        std::unique_ptr<server::session_limits::place> place;
        require(services_.limits.enter(loopback.address(), place) ==
                    server::session_limits::verdict::admitted,
                "sessions before this one have given back their places");
        server::accepted_connection from{ends[1], loopback, loopback, settings_.listeners.front(),
                                         scheme};
        thread_.adopt(std::make_shared<server::session>(services_, thread_.context(),
                                                        std::move(from), std::move(place), ++id_));
        return ends[0];
    }

private:
    const config::settings settings_ = settings_of_stranger();
    worker_pool hashing_{1};
    server::services services_{settings_, hashing_};
    server::io_thread thread_;
    std::uint64_t id_ = 0;
};

/// Reads to the end; what was read must not let anybody in.
template <class Read>
void read_to_end(Read read) {
    std::string replies;
    std::array<char, 4096> buffer{};
    for (long n = 1; n > 0;) {
        n = read(buffer.data(), buffer.size());
        require(n >= 0, "a session ends when its client does");
        replies.append(buffer.data(), static_cast<std::size_t>(n));
        require(replies.size() < 16 << 20, "replies are bounded");
    }
    require(replies.find("\r\n230") == replies.npos, "nobody is let in");
}

void talk_in_clear(int fd, const char* bytes, std::size_t size) {
    static_cast<void>(::send(fd, bytes, size, MSG_NOSIGNAL));
    ::shutdown(fd, SHUT_WR);
    read_to_end([fd](char* to, std::size_t most) {
        const auto n = ::recv(fd, to, most, 0);
        return n < 0 && (errno == ECONNRESET || errno == EPIPE) ? 0 : n;
    });
}

void talk_in_tls(int fd, const char* bytes, std::size_t size) {
    static auto* const context = ::SSL_CTX_new(::TLS_client_method());
    static SSL_SESSION* session = nullptr; // resumed: handshakes are most of the time
    auto* const ssl = ::SSL_new(context);
    ::SSL_set_fd(ssl, fd);
    if (session != nullptr)
        ::SSL_set_session(ssl, session);
    require(::SSL_connect(ssl) == 1, "the handshake succeeds");
    if (size > 0)
        static_cast<void>(::SSL_write(ssl, bytes, static_cast<int>(size)));
    ::SSL_shutdown(ssl);
    ::shutdown(fd, SHUT_WR);
    read_to_end([ssl](char* to, std::size_t most) -> long {
        const int n = ::SSL_read(ssl, to, static_cast<int>(most));
        const int error = n > 0 ? SSL_ERROR_NONE : ::SSL_get_error(ssl, n);
        return n > 0 ? n : error == SSL_ERROR_SYSCALL && errno == EAGAIN ? -1 : 0;
    });
    ::SSL_SESSION_free(session);
    session = ::SSL_get1_session(ssl);
    ::SSL_free(ssl);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static stranger_server server;
    // libFuzzer's clock would interrupt a receive that has a time limit.
    static const bool undisturbed = [] {
        sigset_t clock;
        ::sigemptyset(&clock);
        ::sigaddset(&clock, SIGALRM);
        return ::pthread_sigmask(SIG_BLOCK, &clock, nullptr) == 0;
    }();
    require(undisturbed, "signals can be blocked");
    if (size == 0)
        return 0;
    const auto* const bytes = reinterpret_cast<const char*>(data) + 1;
    const bool implicit = data[0] % 3 != 0; // 0: explicit, in clear; 1: no handshake; 2: inside
    const int fd =
        server.connect(implicit ? config::listener_scheme::ftps : config::listener_scheme::ftp);
    if (data[0] % 3 == 2)
        talk_in_tls(fd, bytes, size - 1);
    else
        talk_in_clear(fd, bytes, size - 1);
    ::close(fd);
    return 0;
}
