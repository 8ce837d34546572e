#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

/// The client's side of TLS 1.3, AES-128-GCM, on a blocking socket. It believes any certificate:
/// what is measured is the server. Failures throw ftp_error with code 0.
namespace load {

struct openssl_deleter {
    void operator()(SSL* ssl) const { ::SSL_free(ssl); }
    void operator()(SSL_SESSION* session) const { ::SSL_SESSION_free(session); }
};

/// The session that the next data connection resumes: the newest that the control connection or a
/// data connection was given, as some servers take each but once. Must outlive their links.
struct resumable_session {
    std::unique_ptr<SSL_SESSION, openssl_deleter> newest;
};

class tls_link {
public:
    /// The handshake, which offers to resume `session` and keeps it up to date from here on.
    tls_link(int socket, resumable_session& session);

    bool is_resumed() const { return ::SSL_session_reused(ssl_.get()) != 0; }

    /// Bytes into the front of `buffer`; 0 after the server's close_notify.
    std::size_t read_some(std::span<char> buffer);

    /// Reads up to the server's close_notify, using `buffer`, without decrypting, and returns how
    /// many bytes of data the records held: their framing tells. Half of what it costs to receive
    /// is saved for the server, with which the client shares the processor.
    /// REQUIRES: some data has been read, so that no records but data are left.
    std::uint64_t count_rest(std::span<char> buffer);

    /// Encrypts; what is not worth sending yet waits for flush().
    void write(std::string_view bytes);
    void flush();

    /// Lets write() collect much before it sends.
    void expect_bulk();

    /// Tells the server that nothing more comes.
    void close_notify();

    /// Reads up to the server's close_notify or the end of the connection, so that closing it
    /// does not answer with a reset what the server may have sent meanwhile: sessions to resume.
    void drain();

private:
    std::size_t read_raw(std::span<char> buffer);
    [[noreturn]] void fail(const char* what, int returned) const;

    int socket_;
    std::unique_ptr<SSL, openssl_deleter> ssl_;
};

} // namespace load
