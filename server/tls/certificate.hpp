#pragma once

#include "server/tls/openssl_pointers.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::server {

/// A certificate with its private key and the intermediate certificates that go with it.
/// Immutable once made; may be used by every thread.
struct certificate {
    x509_pointer leaf;
    x509_stack_pointer chain;
    pkey_pointer key;

    /// Whether it is for a server of this name (RFC 6125, wildcards included).
    bool matches(std::string_view host) const;

    std::chrono::sys_seconds not_after() const;

    /// SHA-256 of the certificate, "1f:0a:...", as FileZilla shows it.
    std::string fingerprint() const;

    /// The subject's common name, or an alternative one; empty without either.
    std::string name() const;
};

/// A certificate, or why there is none.
struct certificate_result {
    std::optional<certificate> value;
    std::string problem;
};

/// From two PEM texts: the certificate followed by its intermediates, and its key.
certificate_result parse_certificate(std::string_view chain, std::string_view key);

/// From two PEM files. SECURITY: a key file that others may read is refused.
certificate_result load_certificate(const std::string& chain_file, const std::string& key_file);

/// A new self-signed one, ECDSA P-256, for `names` (host names and IP addresses).
certificate make_self_signed_certificate(const std::vector<std::string>& names);

/// The subject's common names and the alternative names of the kinds DNS and mail.
std::vector<std::string> names_in(X509& certificate);

/// Leaf and key as PEM, both in one text.
std::string to_pem(const certificate& c);

/// The self-signed certificate that is kept in `folder`; made when it is not there
/// yet.
certificate_result keep_self_signed_certificate(const std::string& folder,
                                                const std::vector<std::string>& names);

} // namespace objftpd::server
