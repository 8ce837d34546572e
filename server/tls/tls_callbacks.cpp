#include "server/tls/tls_callbacks.hpp"

#include "server/tls/tls_connection.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace objftpd::server {
namespace {

// A peer that makes us answer without reading the answers gets no further.
constexpr std::size_t most_unsent = 1 << 20;

tls_connection* connection_of(SSL* ssl) {
    return static_cast<tls_connection*>(SSL_get_app_data(ssl));
}

tls_connection* connection_of(BIO* bio) {
    return static_cast<tls_connection*>(::BIO_get_data(bio));
}

} // namespace

int tls_callbacks::make_ticket(SSL* ssl, void*) {
    const auto& token = connection_of(ssl)->token_;
    return ::SSL_SESSION_set1_ticket_appdata(::SSL_get_session(ssl), token.data(), token.size());
}

SSL_TICKET_RETURN tls_callbacks::take_ticket(SSL* ssl, SSL_SESSION* session, const unsigned char*,
                                             std::size_t, SSL_TICKET_STATUS status, void*) {
    if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW)
        return SSL_TICKET_RETURN_IGNORE_RENEW;
    auto& c = *connection_of(ssl);
    // A control connection may resume an earlier one's session, but its data connections must not
    // be taken for that one's: the client gets a new ticket, with the new token.
    if (c.role_ == tls_connection::role::control) {
        c.ticket_is_taken_ = true;
        return SSL_TICKET_RETURN_USE_RENEW;
    }
    if (c.reuse_ == config::session_reuse::off)
        return SSL_TICKET_RETURN_IGNORE;
    void* data = nullptr;
    std::size_t length = 0;
    ::SSL_SESSION_get0_ticket_appdata(session, &data, &length);
    c.ticket_is_taken_ =
        length == c.token_.size() && CRYPTO_memcmp(data, c.token_.data(), length) == 0;
    return c.ticket_is_taken_ ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_IGNORE;
}

int tls_callbacks::choose_certificate(SSL* ssl, void* context) {
    const auto host = connection_of(ssl)->host();
    const auto* const found = static_cast<const tls_context*>(context)->find(host);
    if (found == nullptr) // the context's own
        return 1;
    ::SSL_certs_clear(ssl); // else the context's own could win by the type of its key
    return ::SSL_use_cert_and_key(ssl, found->leaf.get(), found->key.get(), found->chain.get(), 1);
}

int tls_callbacks::choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                                   const unsigned char* offered, unsigned offered_length, void*) {
    constexpr std::string_view wanted = "ftp";
    for (unsigned i = 0; i < offered_length; i += 1u + offered[i]) {
        const auto* const name = offered + i + 1;
        if (offered[i] == wanted.size() && std::memcmp(name, wanted.data(), wanted.size()) == 0) {
            *chosen = name;
            *chosen_length = offered[i];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int tls_callbacks::bio_read(BIO* bio, char* data, std::size_t length, std::size_t* done) {
    auto& c = *connection_of(bio);
    BIO_clear_retry_flags(bio);
    *done = 0;
    if (c.peer_ended_)
        return 0;
    // After a short read the next one would only find that there is nothing.
    ssize_t n = -1;
    errno = EAGAIN;
    while (!c.drained_ && (n = ::recv(c.socket_, data, length, MSG_DONTWAIT)) < 0)
        if (errno != EINTR)
            break;
    if (n > 0) {
        c.drained_ = static_cast<std::size_t>(n) < length;
        *done = static_cast<std::size_t>(n);
        return 1;
    }
    c.peer_ended_ = n == 0;
    if (n < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    else if (n < 0)
        c.broken_ = last_system_error();
    return 0;
}

int tls_callbacks::bio_write(BIO* bio, const char* data, std::size_t length, std::size_t* done) {
    auto& c = *connection_of(bio);
    BIO_clear_retry_flags(bio);
    *done = 0;
    if (c.unsent_.size() + length > most_unsent)
        return 0;
    try {
        c.unsent_.insert(c.unsent_.end(), data, data + length);
    } catch (const std::bad_alloc&) { // must not pass through OpenSSL
        return 0;
    }
    *done = length;
    return 1;
}

long tls_callbacks::bio_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF)
        return connection_of(bio)->peer_ended_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0; // flush() is called when a flight is complete
}

BIO_METHOD* tls_callbacks::bio_method() {
    static BIO_METHOD* const method = [] {
        auto* const made =
            ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tls_connection");
        ::BIO_meth_set_read_ex(made, bio_read);
        ::BIO_meth_set_write_ex(made, bio_write);
        ::BIO_meth_set_ctrl(made, bio_control);
        return made;
    }();
    return method;
}

} // namespace objftpd::server
