#pragma once

#include <openssl/ssl.h>

namespace objftpd::server {

/// What OpenSSL calls in the middle of its own work. A connection finds itself by SSL_get_app_data.
struct tls_callbacks {
    /// Puts a control connection's token into each ticket.
    static int make_ticket(SSL* ssl, void*);

    /// Decides whether a ticket may be used, from the token in it.
    static SSL_TICKET_RETURN take_ticket(SSL* ssl, SSL_SESSION* session, const unsigned char* name,
                                         std::size_t name_length, SSL_TICKET_STATUS status, void*);

    /// Chooses the certificate by server name; `context` is the tls_context.
    static int choose_certificate(SSL* ssl, void* context);

    /// SECURITY: clients of other protocols are not talked to (ALPACA).
    static int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                               const unsigned char* offered, unsigned offered_length, void*);

    /// A BIO over a tls_connection: reads from its socket, appends to its unsent records.
    static BIO_METHOD* bio_method();

private:
    static int bio_read(BIO* bio, char* data, std::size_t length, std::size_t* done);
    static int bio_write(BIO* bio, const char* data, std::size_t length, std::size_t* done);
    static long bio_control(BIO* bio, int command, long number, void* pointer);
};

} // namespace objftpd::server
