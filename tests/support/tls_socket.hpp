#pragma once

#include "server/tls/certificate.hpp"
#include "tests/support/tcp_socket.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fcntl.h>

#include <memory>
#include <string>
#include <vector>

namespace objftpd::tests {

/// What a TLS client offers and shows.
struct tls_offer {
    int lowest = TLS1_2_VERSION;
    int highest = TLS1_3_VERSION;
    bool tickets = true; // false: TLS 1.2 with session ids
    std::string server_name;
    std::vector<std::string> protocols; // ALPN
    std::string ciphers;                // of TLS 1.2 and before
    std::shared_ptr<const server::certificate> certificate;
};

using session_pointer = std::unique_ptr<SSL_SESSION, server::openssl_deleter<::SSL_SESSION_free>>;

/// One client's settings, and the sessions that its control connection has been given.
class tls_client {
public:
    enum class role { control, data };

    explicit tls_client(const tls_offer& offer)
        : context_(::SSL_CTX_new(::TLS_client_method())), offer_(offer) {
        auto* const c = context_.get();
        SSL_CTX_set_min_proto_version(c, offer.lowest);
        SSL_CTX_set_max_proto_version(c, offer.highest);
        if (offer.lowest < TLS1_2_VERSION) // or OpenSSL would not even ask
            ::SSL_CTX_set_security_level(c, 0);
        if (!offer.tickets)
            ::SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
        if (!offer.ciphers.empty() && ::SSL_CTX_set_cipher_list(c, offer.ciphers.c_str()) != 1)
            throw std::runtime_error("no such ciphers");
        if (offer.certificate &&
            ::SSL_CTX_use_cert_and_key(c, offer.certificate->leaf.get(),
                                       offer.certificate->key.get(), nullptr, 1) != 1)
            throw std::runtime_error("cannot use the client's certificate");
        ::SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        ::SSL_CTX_sess_set_new_cb(c, take_new_session);
        SSL_CTX_set_app_data(c, this);
    }
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;

    /// For the client's next connection.
    server::ssl_pointer begin(int socket, role r) {
        server::ssl_pointer made(::SSL_new(context_.get()));
        auto* const ssl = made.get();
        SSL_set_app_data(ssl, r == role::control ? this : nullptr);
        ::SSL_set_fd(ssl, socket);
        if (!offer_.server_name.empty())
            ::SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                       offer_.server_name.data());
        std::string protocols;
        for (const auto& p : offer_.protocols)
            protocols += static_cast<char>(p.size()) + p;
        ::SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
        if (const auto session = resumes ? take_session() : nullptr)
            ::SSL_set_session(ssl, session.get());
        ::SSL_set_connect_state(ssl);
        return made;
    }

    /// The newest of the control connection's sessions; null without. One of TLS 1.3 is used once
    /// (RFC 8446, C.4).
    session_pointer take_session() {
        if (sessions_.empty())
            return nullptr;
        auto newest = std::move(sessions_.back());
        sessions_.pop_back();
        if (::SSL_SESSION_get_protocol_version(newest.get()) < TLS1_3_VERSION) {
            sessions_.emplace_back(::SSL_SESSION_dup(newest.get()));
        }
        return newest;
    }
    /// What the next connection resumes.
    void keep(session_pointer session) { sessions_.push_back(std::move(session)); }

    std::size_t sessions() const { return sessions_.size(); }

    bool resumes = true;
    std::size_t sessions_of_data = 0; // that data connections were given
    tls_offer& offer() { return offer_; }

private:
    static int take_new_session(SSL* ssl, SSL_SESSION* session) {
        auto& self = *static_cast<tls_client*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
        if (SSL_get_app_data(ssl) == nullptr) {
            ++self.sessions_of_data;
            return 0;
        }
        self.sessions_.emplace_back(session);
        return 1;
    }

    server::ssl_ctx_pointer context_;
    tls_offer offer_;
    std::vector<session_pointer> sessions_;
};

/// A tcp_socket that can be under TLS, with the same promises: whatever takes longer than the time
/// limit, or fails, throws. Plain until begin_tls().
class tls_socket {
public:
    using ending = tcp_socket::ending;

    tls_socket() = default;
    explicit tls_socket(tcp_socket plain) : tcp_(std::move(plain)) {}

    /// From here on everything is under TLS. The handshake comes with the first use: a server
    /// answers it only when it has a use for the connection.
    void begin_tls(std::shared_ptr<tls_client> client, tls_client::role role) {
        ::fcntl(tcp_.native_handle(), F_SETFL, ::fcntl(tcp_.native_handle(), F_GETFL) | O_NONBLOCK);
        client_ = std::move(client);
        role_ = role;
    }
    void shake_hands() {
        if (!client_ || (ssl_ && ::SSL_is_init_finished(ssl_.get())))
            return;
        begin();
        if (!complete([&] { return ::SSL_do_handshake(ssl_.get()); }, "handshake"))
            throw std::runtime_error("handshake: refused by close_notify");
        // Of a session that it has resumed OpenSSL tells nobody that the ticket is a new one.
        if (role_ == tls_client::role::control && ::SSL_version(ssl_.get()) < TLS1_3_VERSION)
            client_->keep(session_pointer(::SSL_get1_session(ssl_.get())));
    }
    /// Sends a ClientHello and waits for nothing.
    void send_hello() {
        begin();
        ::SSL_do_handshake(ssl_.get());
        ::ERR_clear_error();
    }
    /// Goes on in clear, when both sides have said close_notify.
    void end_tls() {
        say_close_notify();
        while (!receive().empty()) {
        }
        ssl_.reset();
        client_.reset();
    }

    SSL* ssl() { return ssl_.get(); }
    bool is_resumed() const { return ::SSL_session_reused(ssl_.get()) == 1; }
    tcp_socket& tcp() { return tcp_; }

    tcp_socket::endpoint local() const { return tcp_.local(); }
    tcp_socket::endpoint peer() const { return tcp_.peer(); }

    void send(std::string_view bytes) {
        if (!client_)
            return tcp_.send(bytes);
        shake_hands();
        while (!bytes.empty()) {
            std::size_t n = 0;
            if (!complete([&] { return SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n); },
                          "send"))
                throw std::runtime_error("send: the other side has ended");
            bytes.remove_prefix(n);
        }
    }

    /// The last byte as urgent data, where TLS does not carry it.
    void send_urgent(std::string_view bytes) {
        if (!client_)
            return tcp_.send(bytes, MSG_OOB);
        send(bytes);
    }

    /// Sends as much as the other side and the buffers between take at once.
    std::size_t send_some(std::string_view bytes) {
        if (!client_)
            return tcp_.send_some(bytes);
        shake_hands();
        std::size_t sent = 0;
        while (sent < bytes.size()) {
            std::size_t n = 0;
            const int done =
                ::SSL_write_ex(ssl_.get(), bytes.data() + sent, bytes.size() - sent, &n);
            if (done != 1 && ::SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_WRITE)
                break;
            if (done != 1)
                fail("send");
            sent += n;
        }
        return sent;
    }

    /// What is there, at least one byte; nothing at the end of the stream, which under TLS is
    /// close_notify and nothing less.
    std::string receive(std::size_t most = 1 << 16) {
        if (!client_)
            return tcp_.receive(most);
        shake_hands();
        std::string bytes(most, '\0');
        std::size_t n = 0;
        if (!complete([&] { return ::SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &n); },
                      "receive"))
            n = 0;
        bytes.resize(n);
        return bytes;
    }
    std::string receive_all() {
        std::string all;
        for (auto bytes = receive(); !bytes.empty(); bytes = receive())
            all += bytes;
        return all;
    }

    /// Whether something can be received now: bytes or the end.
    bool has_input() {
        if (!ssl_)
            return tcp_.has_input();
        char next = 0;
        std::size_t n = 0;
        const int done = ::SSL_peek_ex(ssl_.get(), &next, 1, &n);
        const bool nothing = done != 1 && ::SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
        ::ERR_clear_error();
        return !nothing;
    }

    /// Reads up to the end.
    ending wait_for_end() {
        if (!client_)
            return tcp_.wait_for_end();
        try {
            receive_all();
            return ending::orderly;
        } catch (const std::runtime_error&) {
            if (!broken_)
                throw; // nothing happened in time
            return end_;
        }
    }
    void wait_for_break() const { tcp_.wait_for_break(); }

    /// Ends our direction; the other one goes on.
    void finish() {
        say_close_notify();
        tcp_.finish();
    }

    void say_close_notify() {
        if (ssl_ && !broken_ && ::SSL_is_init_finished(ssl_.get()))
            ::SSL_shutdown(ssl_.get());
        ::ERR_clear_error();
    }

    /// In order.
    void close() {
        say_close_notify();
        tcp_.close();
    }
    /// FIN without close_notify.
    void cut() { tcp_.close(); }
    void reset() { tcp_.reset(); }

    void shrink_buffers() { tcp_.shrink_buffers(); }

private:
    void begin() {
        if (client_ && !ssl_)
            ssl_ = client_->begin(tcp_.native_handle(), role_);
    }

    // Repeats a call of OpenSSL until it succeeds; false at the other side's close_notify.
    template <class Call>
    bool complete(Call call, const char* what) {
        for (;;) {
            ::ERR_clear_error();
            errno = 0;
            const int done = call();
            if (done == 1)
                return true;
            const int kind = ::SSL_get_error(ssl_.get(), done);
            if (kind == SSL_ERROR_ZERO_RETURN)
                return false;
            if (kind == SSL_ERROR_WANT_READ)
                tcp_.wait_for(POLLIN, what);
            else if (kind == SSL_ERROR_WANT_WRITE)
                tcp_.wait_for(POLLOUT, what);
            else
                fail(what);
        }
    }

    [[noreturn]] void fail(const char* what) {
        const auto code = ::ERR_peek_error();
        const bool truncated = ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
        end_ = truncated ? ending::cut : ending::reset;
        broken_ = true;
        const auto* const reason = ::ERR_reason_error_string(code);
        const std::string why = reason != nullptr ? reason : std::strerror(errno);
        ::ERR_clear_error();
        throw std::runtime_error(std::string(what) + ": " + why);
    }

    tcp_socket tcp_;
    std::shared_ptr<tls_client> client_; // null: plain
    tls_client::role role_ = tls_client::role::control;
    server::ssl_pointer ssl_; // from the handshake on
    bool broken_ = false;
    ending end_ = ending::orderly; // when broken
};

} // namespace objftpd::tests
