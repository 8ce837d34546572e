#pragma once

#include "config/result.hpp"

namespace objftpd::server {

/// What can be wrong with a TLS connection besides what OpenSSL itself reports.
enum class tls_errc {
    truncated = 1,       ///< the connection ended without close_notify
    truncated_record,    ///< and in the middle of a record: bytes are missing
    session_not_reused,  ///< a data connection that does not resume its control connection
    certificate_differs, ///< a data connection with another client certificate
    too_many_handshakes, ///< of one address at the same time
    handshake_timed_out,
};

/// Errors of tls_errc and of OpenSSL, whose packed codes are the values.
const boost::system::error_category& tls_category();

error_code make_error_code(tls_errc e);

/// The first error in OpenSSL's queue of this thread, which is emptied.
error_code take_openssl_error();

} // namespace objftpd::server

template <>
struct boost::system::is_error_code_enum<objftpd::server::tls_errc> : std::true_type {};
