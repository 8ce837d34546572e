#include "server/tls/tls_error.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

namespace objftpd::server {
namespace {

class category_type : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "tls"; }

    std::string message(int value) const override {
        switch (static_cast<tls_errc>(value)) {
        case tls_errc::truncated:
            return "the connection ended without close_notify";
        case tls_errc::truncated_record:
            return "the connection ended in the middle of a TLS record";
        case tls_errc::session_not_reused:
            return "the TLS session of the control connection was not reused";
        case tls_errc::certificate_differs:
            return "the client certificate is not the control connection's";
        case tls_errc::too_many_handshakes:
            return "too many TLS handshakes under way from this address";
        case tls_errc::handshake_timed_out:
            return "the TLS handshake took too long";
        }
        const auto* const reason =
            ::ERR_reason_error_string(static_cast<unsigned long>(static_cast<unsigned>(value)));
        return reason != nullptr ? reason : "TLS error " + std::to_string(value);
    }
};

} // namespace

const boost::system::error_category& tls_category() {
    static const category_type category;
    return category;
}

error_code make_error_code(tls_errc e) {
    return {static_cast<int>(e), tls_category()};
}

error_code take_openssl_error() {
    const auto packed = ::ERR_peek_error();
    ::ERR_clear_error();
    if (packed == 0)
        return {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_PROTOCOL_IS_SHUTDOWN)),
                tls_category()};
    if (ERR_SYSTEM_ERROR(packed))
        return {ERR_GET_REASON(packed), boost::system::system_category()};
    if (ERR_GET_LIB(packed) == ERR_LIB_SSL &&
        ERR_GET_REASON(packed) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return tls_errc::truncated;
    return {static_cast<int>(packed), tls_category()};
}

} // namespace objftpd::server
