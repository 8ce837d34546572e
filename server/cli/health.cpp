#include "server/cli/health.hpp"

#include "config/listener.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/subcommands.hpp"
#include "server/tls/tls_probe.hpp"
#include "storage/local/descriptor.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

#include <array>
#include <csignal>
#include <iostream>

namespace objftpd::server::cli {
namespace {

using asio::ip::tcp;
using storage::local::descriptor;

constexpr std::size_t longest_line = 1 << 10;

tcp::endpoint place_of(const config::listener_address& where) {
    const auto address = asio::ip::make_address(where.host);
    if (!address.is_unspecified())
        return {address, where.port};
    if (address.is_v4())
        return {asio::ip::address_v4::loopback(), where.port};
    return {asio::ip::address_v6::loopback(), where.port};
}

// A system call on a socket with time limits would block only when they are over.
error_code socket_error() {
    const auto failed = last_system_error();
    const bool late = failed == asio::error::would_block || failed == asio::error::in_progress;
    return late ? error_code(asio::error::timed_out) : failed;
}

result<descriptor> connect(const tcp::endpoint& to, std::chrono::seconds patience) {
    descriptor made(::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{patience.count(), 0};
    ::setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(made.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)); // connect() too
    if (::connect(made.get(), to.data(), static_cast<socklen_t>(to.size())) != 0)
        return socket_error();
    return made;
}

// What comes first, up to the end of a line; less where the server ends before.
template <class Read>
result<std::string> first_line(Read read_some) {
    std::string text;
    std::array<char, longest_line> buffer;
    while (text.size() < longest_line) {
        const auto n = read_some(std::span<char>(buffer));
        if (!n)
            return n.error();
        text.append(buffer.data(), *n);
        const auto end = text.find("\r\n");
        if (end != text.npos)
            return text.substr(0, end);
        if (*n == 0)
            break;
    }
    return text;
}

result<std::string> greeting(int socket, config::listener_scheme scheme) {
    if (scheme == config::listener_scheme::ftp)
        return first_line([&](std::span<char> buffer) -> result<std::size_t> {
            const auto n = ::recv(socket, buffer.data(), buffer.size(), 0);
            if (n < 0)
                return socket_error();
            return static_cast<std::size_t>(n);
        });
    tls_probe tls(socket);
    if (const auto failed = tls.handshake())
        return failed;
    return first_line([&](std::span<char> buffer) { return tls.read_some(buffer); });
}

const config::listener_address& address_to_ask(const config::settings& settings) {
    for (const auto& listener : settings.listeners)
        for (const auto& address : listener.addresses)
            if (address.scheme == config::listener_scheme::ftp)
                return address;
    return settings.listeners.front().addresses.front();
}

} // namespace

health health_of(const config::listener_address& where, std::chrono::seconds patience) {
    const auto socket = connect(place_of(where), patience);
    if (!socket)
        return {false, socket.error().message()};
    const auto heard = greeting(socket->get(), where.scheme);
    if (!heard)
        return {false, heard.error().message()};
    if (heard->empty())
        return {false, "ended the connection without a word"};
    return {heard->starts_with("220 ") || heard->starts_with("421 "), *heard};
}

int run_health(const command_line& line) {
    const auto loaded = load_configuration(line);
    if (!loaded) {
        print_problems(loaded.problems);
        return exit_code::config;
    }
    std::signal(SIGPIPE, SIG_IGN); // of a server that ends during the handshake
    const auto& where = address_to_ask(loaded.value);
    const auto found = health_of(where);
    (found.alive ? std::cout : std::cerr)
        << "objftpd: " << to_string(where) << ": " << found.answer << std::endl;
    return found.alive ? exit_code::ok : exit_code::unavailable;
}

} // namespace objftpd::server::cli
