#include "server/tls/tls_probe.hpp"

#include "server/tls/tls_error.hpp"

#include <boost/asio/error.hpp>

#include <openssl/err.h>

#include <new>

namespace objftpd::server {

tls_probe::tls_probe(int socket)
    : context_(::SSL_CTX_new(::TLS_client_method())), ssl_(::SSL_new(context_.get())) {
    if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket) != 1)
        throw std::bad_alloc();
}

// What a call of OpenSSL that did not succeed means.
error_code tls_probe::failure(int returned) {
    const int kind = ::SSL_get_error(ssl_.get(), returned);
    if (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
        return asio::error::timed_out; // a blocking socket would block only then
    if (kind == SSL_ERROR_SYSCALL && errno != 0 && ::ERR_peek_error() == 0)
        return last_system_error();
    return take_openssl_error();
}

error_code tls_probe::handshake() {
    ::ERR_clear_error();
    errno = 0;
    const int done = ::SSL_connect(ssl_.get());
    return done == 1 ? error_code() : failure(done);
}

result<std::size_t> tls_probe::read_some(std::span<char> buffer) {
    ::ERR_clear_error();
    errno = 0;
    std::size_t n = 0;
    const int done = ::SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &n);
    if (done == 1 || ::SSL_get_error(ssl_.get(), done) == SSL_ERROR_ZERO_RETURN)
        return n;
    return failure(done);
}

} // namespace objftpd::server
