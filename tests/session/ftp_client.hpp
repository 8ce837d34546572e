#pragma once

#include "tests/support/tls_socket.hpp"

#include <memory>
#include <regex>
#include <stdexcept>
#include <string>

namespace objftpd::tests {

/// What Telnet clients send before ABOR: IAC IP.
inline const std::string interrupt = "\xFF\xF4";

/// What protects the connections of a test. Every session test runs once for each.
enum class protection {
    plain,
    explicit_tls, // AUTH TLS and PROT P, with TLS 1.3
    implicit_tls, // from the first byte on, with TLS 1.2
};

/// A data connection as a client has it: opened first, used after the server's 150. Its TLS
/// handshake comes with the first use.
class data_connection {
public:
    explicit data_connection(tls_socket socket) : socket_(std::move(socket)) {}

    /// Before the first use, if the server is to go on until then.
    void shakes_hands() { socket_.shake_hands(); }

    void sends(std::string_view bytes) { socket_.send(bytes); }
    /// Says that all has been sent.
    void ends() { socket_.close(); }
    /// Ends like a client that was killed: under TLS without close_notify.
    void is_cut() { socket_.cut(); }
    void breaks() { socket_.reset(); }

    /// Up to the server's end of the data.
    std::string receives_all() { return socket_.receive_all(); }
    std::string receives_some(std::size_t most) { return socket_.receive(most); }
    tcp_socket::ending sees_end() { return socket_.wait_for_end(); }

    tls_socket& socket() { return socket_; }

private:
    tls_socket socket_;
};

/// An FTP client that says exactly what the test tells it to. Replies come as the text of their
/// lines without line ends, the lines of a multi-line reply joined by '\n': a test compares them
/// with what the reader of the test would see. The end of the connection is an empty reply.
class ftp_client {
public:
    ftp_client(const tcp_socket::endpoint& server, const std::string& from, protection wanted,
               const tls_offer& offer = {})
        : control_(tcp_socket::connect(server, from)), tls_(std::make_shared<tls_client>(offer)) {
        if (wanted == protection::implicit_tls) {
            begins_tls();
            private_data = true;
        }
    }

    // --- the dialogue ---

    /// Sends a command and returns the reply to it.
    std::string says(const std::string& line) {
        sends(line);
        return hears();
    }
    /// The same when only the code of the reply matters.
    int code(const std::string& line) {
        sends(line);
        return hears_code();
    }

    /// Sends a command without waiting for anything.
    void sends(const std::string& line) { control_.send(line + "\r\n"); }
    void sends_bytes(const std::string& bytes) { control_.send(bytes); }
    /// The last byte of it as urgent data; TLS has no such thing.
    void sends_urgent(const std::string& bytes) { control_.send_urgent(bytes); }

    std::string hears() {
        auto text = next_line();
        if (text.size() < 4 || text[3] != '-')
            return text;
        const auto last = text.substr(0, 3) + ' ';
        for (auto line = next_line();; line = next_line()) {
            text += '\n' + line;
            if (line.starts_with(last) || line.empty())
                return text;
        }
    }
    int hears_code() {
        const auto reply = hears();
        return reply.size() < 3 ? 0 : std::stoi(reply.substr(0, 3));
    }
    /// Whether a reply, or the end, has come already.
    bool has_heard() { return !received_.empty() || control_.has_input(); }

    bool is_disconnected() { return hears().empty(); }
    void disconnects() { control_.close(); }
    void breaks() { control_.reset(); }

    // --- TLS ---

    /// AUTH TLS and private data connections.
    void secures() {
        expects("AUTH TLS", 234);
        shakes_hands();
        expects("PBSZ 0", 200);
        expects("PROT P", 200);
        private_data = true;
    }
    void begins_tls() { control_.begin_tls(tls_, tls_client::role::control); }
    void shakes_hands() {
        begins_tls();
        control_.shake_hands();
    }
    tls_client& tls() { return *tls_; }

    bool private_data = false;

    // --- data connections ---

    /// EPSV and the connection it promises.
    data_connection opens_data() { return data_connection(connects_to(passive_port())); }

    /// The port that EPSV names.
    std::uint16_t passive_port() {
        const auto reply = says("EPSV");
        std::smatch found;
        if (!std::regex_match(
                reply, found,
                std::regex(R"(229 Entering Extended Passive Mode \(\|\|\|(\d+)\|\))")))
            throw std::runtime_error("EPSV: " + reply);
        return static_cast<std::uint16_t>(std::stoi(found[1]));
    }
    tls_socket connects_to(std::uint16_t port) {
        return protects(tcp_socket::connect({control_.peer().address(), port}));
    }
    /// Another program at that port, which knows nothing of this client.
    tcp_socket thief_at(std::uint16_t port, const std::string& from) const {
        return tcp_socket::connect({control_.peer().address(), port}, from);
    }
    /// A data connection that the server has made.
    tls_socket protects(tcp_socket plain) {
        tls_socket made(std::move(plain));
        if (private_data)
            made.begin_tls(tls_, tls_client::role::data);
        return made;
    }

    // --- whole transfers; anything but success throws ---

    std::string receives(const std::string& command) {
        auto data = opens_data();
        expects(command, 150);
        auto content = data.receives_all();
        expects_reply(command, 226);
        return content;
    }
    std::string retrieves(const std::string& path) { return receives("RETR " + path); }

    void stores(const std::string& path, const std::string& content) {
        transfers("STOR " + path, content);
    }
    /// The last reply of an upload.
    std::string transfers(const std::string& command, const std::string& content) {
        auto data = opens_data();
        expects(command, 150);
        data.sends(content);
        data.ends();
        return expects_reply(command, 226);
    }

    /// The last reply to an upload, which may be refused before its data or after them.
    std::string tries(const std::string& command, const std::string& content = "x") {
        auto data = opens_data();
        auto reply = says(command);
        if (!reply.starts_with("150"))
            return reply;
        try {
            data.sends(content);
        } catch (const std::runtime_error&) {
            // A refusal may come before all has been sent.
        }
        data.ends();
        return hears();
    }

    /// Sends a command that has to be answered with that code.
    std::string expects(const std::string& command, int wanted) {
        sends(command);
        return expects_reply(command, wanted);
    }

    tls_socket& control() { return control_; }

private:
    std::string expects_reply(const std::string& command, int wanted) {
        auto reply = hears();
        if (!reply.starts_with(std::to_string(wanted)))
            throw std::runtime_error(command + ": " + reply);
        return reply;
    }

    std::string next_line() {
        for (;;) {
            const auto end = received_.find("\r\n");
            if (end != received_.npos) {
                auto line = received_.substr(0, end);
                received_.erase(0, end + 2);
                return line;
            }
            const auto bytes = control_.receive();
            if (bytes.empty())
                return {};
            received_ += bytes;
        }
    }

    tls_socket control_;
    std::shared_ptr<tls_client> tls_;
    std::string received_;
};

} // namespace objftpd::tests
