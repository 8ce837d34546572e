#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace objftpd::server {

/// Owners of OpenSSL's objects.
template <auto Free>
struct openssl_deleter {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
inline void free_certificates(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, ::X509_free);
}
using ssl_pointer = std::unique_ptr<SSL, openssl_deleter<::SSL_free>>;
using ssl_ctx_pointer = std::unique_ptr<SSL_CTX, openssl_deleter<::SSL_CTX_free>>;
using bio_pointer = std::unique_ptr<BIO, openssl_deleter<::BIO_free_all>>;
using x509_pointer = std::unique_ptr<X509, openssl_deleter<::X509_free>>;
using x509_stack_pointer = std::unique_ptr<STACK_OF(X509), openssl_deleter<free_certificates>>;
using pkey_pointer = std::unique_ptr<EVP_PKEY, openssl_deleter<::EVP_PKEY_free>>;

} // namespace objftpd::server
