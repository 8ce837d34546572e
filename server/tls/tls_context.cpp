#include "server/tls/tls_context.hpp"

#include "config/text.hpp"
#include "server/tls/tls_callbacks.hpp"
#include "server/tls/tls_error.hpp"

#include <stdexcept>

namespace objftpd::server {
namespace {

// A control connection may live long, and its data connections resume its session. TLS 1.3 allows
// no more.
constexpr long session_lifetime = 60L * 60 * 24 * 7; // seconds
// Mozilla's "intermediate" recommendation, version 5.7.
constexpr const char* intermediate_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";

[[noreturn]] void refuse(const std::string& what) {
    const auto why = take_openssl_error().message();
    throw std::runtime_error(what + ": " + why);
}

} // namespace

tls_context::tls_context(const config::tls_settings& settings,
                         std::vector<certificate> certificates)
    : context_(::SSL_CTX_new(::TLS_server_method())), certificates_(std::move(certificates)) {
    if (!context_)
        refuse("cannot begin to use TLS");
    auto* const c = context_.get();
    ::SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    ::SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_min_proto_version(c, settings.minimum_version == config::tls_version::tls1_3
                                         ? TLS1_3_VERSION
                                         : TLS1_2_VERSION);
    set_ciphers(settings);
    SSL_CTX_set_dh_auto(c, 1);

    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_SERVER);
    ::SSL_CTX_set_timeout(c, session_lifetime);
    ::SSL_CTX_set_session_ticket_cb(c, tls_callbacks::make_ticket, tls_callbacks::take_ticket,
                                    nullptr);
    ::SSL_CTX_set_alpn_select_cb(c, tls_callbacks::choose_protocol, nullptr);
    ::SSL_CTX_set_cert_cb(c, tls_callbacks::choose_certificate, this);
    set_certificate(certificates_.front());
    ask_clients(settings);
}

void tls_context::set_ciphers(const config::tls_settings& settings) {
    const auto* const ciphers =
        settings.ciphers == "intermediate" ? intermediate_ciphers : settings.ciphers.c_str();
    if (::SSL_CTX_set_cipher_list(context_.get(), ciphers) != 1)
        refuse("tls.ciphers");
    if (::SSL_CTX_set_ciphersuites(context_.get(), settings.ciphersuites.c_str()) != 1)
        refuse("tls.ciphersuites");
    std::string groups = "X25519:P-256:P-384"; // OpenSSL's macro casts constness away
    if (SSL_CTX_set1_groups_list(context_.get(), groups.data()) != 1)
        refuse("cannot use the usual elliptic curves");
}

void tls_context::set_certificate(const certificate& c) {
    if (::SSL_CTX_use_cert_and_key(context_.get(), c.leaf.get(), c.key.get(), c.chain.get(), 1) !=
        1)
        refuse("cannot use the certificate of " + c.name());
}

void tls_context::ask_clients(const config::tls_settings& settings) {
    if (settings.client_ca_file.empty())
        return;
    auto* const names = ::SSL_load_client_CA_file(settings.client_ca_file.c_str());
    ::SSL_CTX_set_client_CA_list(context_.get(), names);
    if (names == nullptr ||
        ::SSL_CTX_load_verify_file(context_.get(), settings.client_ca_file.c_str()) != 1)
        refuse("tls.client_ca_file " + config::toml_quote(settings.client_ca_file));
    if (settings.client_crl_file.empty())
        return;
    auto* const store = ::SSL_CTX_get_cert_store(context_.get());
    auto* const lookup = ::X509_STORE_add_lookup(store, ::X509_LOOKUP_file());
    if (lookup == nullptr ||
        ::X509_load_crl_file(lookup, settings.client_crl_file.c_str(), X509_FILETYPE_PEM) < 1)
        refuse("tls.client_crl_file " + config::toml_quote(settings.client_crl_file));
    ::X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
}

const certificate* tls_context::find(std::string_view host) const {
    if (host.empty())
        return nullptr;
    for (const auto& c : certificates_)
        if (c.matches(host))
            return &c == &certificates_.front() ? nullptr : &c;
    return nullptr;
}

} // namespace objftpd::server
