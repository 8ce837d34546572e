#pragma once

#include "server/tls/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace objftpd::tests {

/// Whom a certificate names, and until when it is good.
struct certificate_subject {
    std::string common_name;
    std::string alternative_names; // "DNS:a.example,email:alice@example.com"
    long days = 30;                // negative: expired
};

/// An authority that gives certificates to the clients and servers of a test.
class certificate_authority {
public:
    explicit certificate_authority(const std::string& name = "Test CA") {
        root_ = make({name, {}}, nullptr);
        add_extension(root_.leaf.get(), NID_basic_constraints, "critical,CA:TRUE");
        add_extension(root_.leaf.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
        sign(root_.leaf.get());
    }

    std::shared_ptr<const server::certificate> issue(const certificate_subject& to) {
        auto made = make(to, root_.leaf.get());
        add_extension(made.leaf.get(), NID_ext_key_usage, "clientAuth,serverAuth");
        if (!to.alternative_names.empty())
            add_extension(made.leaf.get(), NID_subject_alt_name, to.alternative_names);
        sign(made.leaf.get());
        return std::make_shared<const server::certificate>(std::move(made));
    }

    /// The authority's own certificate.
    std::string pem() const {
        return text_of([&](BIO* to) { ::PEM_write_bio_X509(to, root_.leaf.get()); });
    }

    /// A list of what is good no longer.
    std::string revocation_list(const std::vector<const server::certificate*>& revoked) const {
        const std::unique_ptr<X509_CRL, server::openssl_deleter<::X509_CRL_free>> list(
            ::X509_CRL_new());
        ::X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
        ::X509_CRL_set_issuer_name(list.get(), ::X509_get_subject_name(root_.leaf.get()));
        const std::unique_ptr<ASN1_TIME, server::openssl_deleter<::ASN1_TIME_free>> now(
            ::X509_gmtime_adj(nullptr, 0));
        ::X509_CRL_set1_lastUpdate(list.get(), now.get());
        const std::unique_ptr<ASN1_TIME, server::openssl_deleter<::ASN1_TIME_free>> next(
            ::X509_gmtime_adj(nullptr, day));
        ::X509_CRL_set1_nextUpdate(list.get(), next.get());
        for (const auto* const c : revoked) {
            auto* const entry = ::X509_REVOKED_new();
            ::X509_REVOKED_set_serialNumber(entry, ::X509_get_serialNumber(c->leaf.get()));
            ::X509_REVOKED_set_revocationDate(entry, now.get());
            ::X509_CRL_add0_revoked(list.get(), entry);
        }
        ::X509_CRL_sign(list.get(), root_.key.get(), ::EVP_sha256());
        return text_of([&](BIO* to) { ::PEM_write_bio_X509_CRL(to, list.get()); });
    }

private:
    static constexpr long day = 60L * 60 * 24;

    server::certificate make(const certificate_subject& of, X509* issuer) {
        server::certificate made;
        made.key.reset(EVP_EC_gen("P-256"));
        made.leaf.reset(::X509_new());
        made.chain.reset(sk_X509_new_null());
        auto* const leaf = made.leaf.get();
        ::X509_set_version(leaf, X509_VERSION_3);
        ::ASN1_INTEGER_set(::X509_get_serialNumber(leaf), ++serial_);
        ::X509_gmtime_adj(X509_getm_notBefore(leaf), -60 * day);
        ::X509_gmtime_adj(X509_getm_notAfter(leaf), of.days * day);
        ::X509_set_pubkey(leaf, made.key.get());
        auto* const name = ::X509_get_subject_name(leaf);
        // With its length: it may hold a NUL.
        ::X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(of.common_name.data()),
                                     static_cast<int>(of.common_name.size()), -1, 0);
        ::X509_set_issuer_name(leaf, issuer != nullptr ? ::X509_get_subject_name(issuer) : name);
        return made;
    }

    static void add_extension(X509* to, int nid, const std::string& text) {
        auto* const made = ::X509V3_EXT_conf_nid(nullptr, nullptr, nid, text.c_str());
        if (made == nullptr)
            throw std::runtime_error("no such extension: " + text);
        ::X509_add_ext(to, made, -1);
        ::X509_EXTENSION_free(made);
    }

    void sign(X509* leaf) const { ::X509_sign(leaf, root_.key.get(), ::EVP_sha256()); }

    template <class Write>
    static std::string text_of(Write write) {
        const server::bio_pointer memory(::BIO_new(::BIO_s_mem()));
        write(memory.get());
        char* data = nullptr;
        const auto length = BIO_get_mem_data(memory.get(), &data);
        return {data, static_cast<std::size_t>(length)};
    }

    long serial_ = 0;
    server::certificate root_;
};

/// The subject's common name of the certificate that a server has shown; empty without.
inline std::string name_shown_to(SSL* client) {
    auto* const shown = ::SSL_get0_peer_certificate(client);
    if (shown == nullptr)
        return {};
    char name[256] = {};
    ::X509_NAME_get_text_by_NID(::X509_get_subject_name(shown), NID_commonName, name, sizeof(name));
    return name;
}

} // namespace objftpd::tests
