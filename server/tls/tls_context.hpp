#pragma once

#include "config/settings.hpp"
#include "server/tls/certificate.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::server {

/// What the TLS connections of one generation of certificates share: settings, certificates and
/// ticket keys. Immutable once made; used by all threads. A control connection and its data
/// connections belong to the same context, so that sessions can be resumed.
class tls_context {
public:
    /// Throws std::runtime_error, for the operator, where settings or files are no good.
    /// REQUIRES: at least one certificate.
    tls_context(const config::tls_settings& settings, std::vector<certificate> certificates);

    const std::vector<certificate>& certificates() const { return certificates_; }

    SSL_CTX* native_handle() const { return context_.get(); }

    /// The certificate for a server name; null: the first, which is for all others.
    const certificate* find(std::string_view host) const;

private:
    void set_ciphers(const config::tls_settings& settings);
    void set_certificate(const certificate& c);
    void ask_clients(const config::tls_settings& settings);

    ssl_ctx_pointer context_;
    std::vector<certificate> certificates_;
};

} // namespace objftpd::server
