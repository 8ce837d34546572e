#include "ftp_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace load {
namespace {

using steady = std::chrono::steady_clock;

// A server that says nothing for this long is a failed measurement, not a slow one.
constexpr int silence_limit_seconds = 120;
constexpr std::size_t receive_size = std::size_t{1} << 20;
constexpr std::size_t counted_size = std::size_t{256} << 10; // stays in the core's cache
constexpr std::uint64_t decrypted_beginning = 64 << 10;      // of each download

double since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

[[noreturn]] void fail(const char* what) {
    throw ftp_error(0, std::string(what) + ": " + std::strerror(errno));
}

descriptor connect_to(const std::string& host, std::uint16_t port) {
    descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0)
        fail("socket");
    const timeval limit{silence_limit_seconds, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
        throw ftp_error(0, "not an IPv4 address: " + host);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    return socket;
}

std::size_t receive_some(int fd, std::span<char> buffer, int flags) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), flags);
    if (got < 0)
        fail("receive");
    return static_cast<std::size_t>(got);
}

void send_all(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t sent = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
        if (sent < 0)
            fail("send");
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

descriptor& descriptor::operator=(descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        fd_ = other.release();
    }
    return *this;
}

int descriptor::release() {
    return std::exchange(fd_, -1);
}

void descriptor::reset() {
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

ftp_client::ftp_client(const target& server)
    : server_(server), control_(connect_to(server.host, server.port)) {
    const int on = 1;
    ::setsockopt(control_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    expect(2, "greeting");
    if (server_.protect != encryption::none)
        start_tls();
}

void ftp_client::start_tls() {
    send_command("AUTH TLS");
    expect(2, "AUTH TLS");
    tls_.emplace(control_.get(), session_);
}

void ftp_client::login() {
    send_command("USER " + server_.user);
    const int code = read_reply();
    if (code / 100 == 2)
        return;
    if (code / 100 != 3)
        throw ftp_error(code, "USER: " + reply_);
    send_command("PASS " + server_.password);
    expect(2, "PASS");
}

void ftp_client::prepare_transfers() {
    std::vector<std::string> commands = {"TYPE I"};
    if (tls_)
        commands.insert(commands.end(), {"PBSZ 0", "PROT P"});
    for (const std::string& command : commands) {
        send_command(command);
        expect(2, command.c_str());
    }
}

void ftp_client::quit() {
    send_command("QUIT");
    expect(2, "QUIT");
    if (tls_)
        tls_->close_notify();
    control_.reset();
}

transfer ftp_client::retrieve(const std::string& path) {
    return receive("RETR " + path, sink::discard);
}

transfer ftp_client::list(const std::string& verb, const std::string& path) {
    return receive(verb + " " + path, sink::count_lines);
}

transfer ftp_client::receive(const std::string& command, sink kind) {
    thread_local std::vector<char> buffer(receive_size);
    descriptor data = open_data();
    transfer result;
    const auto start = steady::now();
    send_command(command);
    // A refusal comes without data, and some servers then leave the data connection open:
    // so the reply is read first.
    expect(1, command.c_str());
    auto tls = secure(data);
    for (;;) {
        const int flags = kind == sink::discard ? MSG_TRUNC : 0;
        const std::size_t got =
            tls ? tls->read_some(buffer) : receive_some(data.get(), buffer, flags);
        if (got == 0)
            break;
        if (result.bytes == 0)
            result.first_byte = since(start);
        result.bytes += got;
        if (kind == sink::count_lines)
            result.lines +=
                static_cast<std::uint64_t>(std::count(buffer.data(), buffer.data() + got, '\n'));
        else if (tls && decrypted_once_ && result.bytes >= decrypted_beginning) {
            result.bytes += tls->count_rest(std::span(buffer).first(counted_size));
            break;
        }
    }
    decrypted_once_ = decrypted_once_ || kind == sink::discard;
    if (tls)
        tls->close_notify();
    data.reset();
    expect(2, command.c_str());
    result.total = since(start);
    return result;
}

transfer ftp_client::store(const std::string& path, std::uint64_t size, std::string_view block) {
    descriptor data = open_data();
    transfer result;
    const auto start = steady::now();
    send_command("STOR " + path);
    expect(1, "STOR");
    auto tls = secure(data);
    if (tls && size > block.size())
        tls->expect_bulk();
    while (result.bytes < size) {
        const auto part =
            block.substr(0, std::min<std::uint64_t>(block.size(), size - result.bytes));
        if (tls)
            tls->write(part);
        else
            send_all(data.get(), part);
        result.bytes += part.size();
    }
    if (tls) {
        tls->close_notify();
        tls->drain();
    }
    data.reset();
    expect(2, "STOR");
    result.total = since(start);
    return result;
}

descriptor ftp_client::open_data() {
    send_command("EPSV");
    expect(2, "EPSV");
    // 229 Entering Extended Passive Mode (|||port|)
    const auto bars = reply_.find("(|||");
    std::uint16_t port = 0;
    if (bars != std::string::npos)
        std::from_chars(reply_.data() + bars + 4, reply_.data() + reply_.size(), port);
    if (port == 0)
        throw ftp_error(0, "EPSV without a port: " + reply_);
    return connect_to(server_.host, port);
}

// Servers begin the handshake when they have accepted the transfer.
std::optional<tls_link> ftp_client::secure(const descriptor& data) {
    if (!tls_)
        return std::nullopt;
    tls_link link(data.get(), session_);
    if (server_.protect == encryption::tls_resumed && !link.is_resumed())
        throw ftp_error(0, "TLS: the data connection does not resume the session");
    return link;
}

void ftp_client::send_command(const std::string& line) {
    if (tls_) {
        tls_->write(line + "\r\n");
        tls_->flush();
    } else {
        send_all(control_.get(), line + "\r\n");
    }
}

void ftp_client::expect(int first_digit, const char* what) {
    const int code = read_reply();
    if (code / 100 != first_digit)
        throw ftp_error(code, std::string(what) + ": " + reply_);
}

int ftp_client::read_reply() {
    // A reply ends with a line "nnn text"; every other line of it is "nnn-text" or free text.
    for (;;) {
        const std::string_view line = read_line();
        int code = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), code);
        const bool last =
            error == std::errc() && end == line.data() + 3 && (line.size() == 3 || line[3] == ' ');
        if (last) {
            reply_ = line;
            return code;
        }
    }
}

std::string_view ftp_client::read_line() {
    for (std::size_t searched = used_;;) {
        const auto end = input_.find('\n', searched);
        if (end != std::string::npos) {
            std::string_view line(input_.data() + used_, end - used_);
            if (!line.empty() && line.back() == '\r')
                line.remove_suffix(1);
            used_ = end + 1;
            return line;
        }
        input_.erase(0, used_);
        used_ = 0;
        searched = input_.size();
        char buffer[4096];
        const std::size_t got = receive_control(buffer);
        if (got == 0)
            throw ftp_error(0, "the server closed the session after: " + reply_);
        input_.append(buffer, got);
    }
}

std::size_t ftp_client::receive_control(std::span<char> buffer) {
    return tls_ ? tls_->read_some(buffer) : receive_some(control_.get(), buffer, 0);
}

} // namespace load
