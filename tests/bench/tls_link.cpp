#include "tls_link.hpp"

#include "ftp_client.hpp"
#include "record_counter.hpp"

#include <openssl/err.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>

namespace load {
namespace {

// What one call reads ahead, so that a record needs not two: it stays small because memory for
// each connection costs too.
constexpr int read_ahead_size = 32 << 10;
constexpr int bulk_size = 256 << 10;

[[noreturn]] void fail_with_openssl(const std::string& what) {
    const auto code = ::ERR_get_error();
    const char* const reason = ::ERR_reason_error_string(code);
    ::ERR_clear_error();
    throw ftp_error(0, "TLS: " + what + (reason != nullptr ? std::string(": ") + reason : ""));
}

// TLS 1.3 servers give sessions at any time after the handshake.
int keep_session(SSL* ssl, SSL_SESSION* session) {
    static_cast<resumable_session*>(SSL_get_app_data(ssl))->newest.reset(session);
    return 1; // it is ours now
}

SSL_CTX* make_context() {
    auto* const context = ::SSL_CTX_new(::TLS_client_method());
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        ::SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1)
        fail_with_openssl("context");
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    ::SSL_CTX_sess_set_new_cb(context, keep_session);
    return context;
}

SSL_CTX* shared_context() {
    static SSL_CTX* const context = make_context();
    return context;
}

} // namespace

tls_link::tls_link(int socket, resumable_session& session)
    : socket_(socket), ssl_(::SSL_new(shared_context())) {
    // The buffer gathers what is written until it is flushed, and reads ahead.
    auto* const buffer = ::BIO_new(::BIO_f_buffer());
    auto* const bio = ::BIO_new_socket(socket, BIO_NOCLOSE);
    if (!ssl_ || buffer == nullptr || bio == nullptr ||
        BIO_set_read_buffer_size(buffer, read_ahead_size) != 1)
        fail_with_openssl("connection");
    auto* const chain = ::BIO_push(buffer, bio);
    ::SSL_set_bio(ssl_.get(), chain, chain);
    SSL_set_app_data(ssl_.get(), &session);
    if (session.newest)
        ::SSL_set_session(ssl_.get(), session.newest.get());
    const int done = ::SSL_connect(ssl_.get());
    if (done != 1)
        fail("handshake", done);
}

void tls_link::fail(const char* what, int returned) const {
    const int kind = ::SSL_get_error(ssl_.get(), returned);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
        throw ftp_error(0, std::string("TLS: ") + what + ": the server is silent");
    fail_with_openssl(what);
}

std::size_t tls_link::read_some(std::span<char> buffer) {
    std::size_t n = 0;
    const int done = ::SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &n);
    if (done != 1 && ::SSL_get_error(ssl_.get(), done) != SSL_ERROR_ZERO_RETURN)
        fail("read", done);
    return n;
}

// As much as one call gets, unlike BIO_read, which fills its buffer.
std::size_t tls_link::read_raw(std::span<char> buffer) {
    auto* const bio = ::SSL_get_rbio(ssl_.get());
    if (const auto ahead = std::min<std::size_t>(::BIO_ctrl_pending(bio), buffer.size()))
        return static_cast<std::size_t>(::BIO_read(bio, buffer.data(), static_cast<int>(ahead)));
    const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (n < 0)
        throw ftp_error(0, "TLS: the server is silent");
    return static_cast<std::size_t>(n);
}

std::uint64_t tls_link::count_rest(std::span<char> buffer) {
    record_counter counter;
    // What of a record has been decrypted and not been fetched.
    std::uint64_t fetched = 0;
    while (::SSL_pending(ssl_.get()) > 0)
        fetched += read_some(buffer);
    // Some servers close only when they have our close_notify.
    while (!counter.ended()) {
        const std::size_t n = read_raw(buffer);
        if (n == 0)
            throw ftp_error(0, "TLS: data without close_notify");
        counter.add(buffer.first(n));
    }
    return fetched + counter.data();
}

void tls_link::write(std::string_view bytes) {
    std::size_t n = 0; // all or nothing
    const int done = ::SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &n);
    if (done != 1)
        fail("write", done);
}

void tls_link::flush() {
    if (BIO_flush(::SSL_get_wbio(ssl_.get())) != 1)
        throw ftp_error(0, "TLS: the server takes no more");
}

void tls_link::expect_bulk() {
    if (BIO_set_write_buffer_size(::SSL_get_wbio(ssl_.get()), bulk_size) != 1)
        fail_with_openssl("buffer");
}

void tls_link::close_notify() {
    // The server may have closed already, which is no failure.
    ::SSL_shutdown(ssl_.get());
    static_cast<void>(BIO_flush(::SSL_get_wbio(ssl_.get())));
    ::ERR_clear_error();
}

void tls_link::drain() {
    std::array<char, 4096> waste;
    std::size_t n = 0;
    while (::SSL_read_ex(ssl_.get(), waste.data(), waste.size(), &n) == 1)
        ;
    ::ERR_clear_error();
}

} // namespace load
