#include "server/tls/certificate.hpp"

#include "config/private_file.hpp"
#include "config/secret.hpp"
#include "config/text.hpp"
#include "server/tls/tls_error.hpp"

#include <boost/asio/ip/address.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace objftpd::server {
namespace {

constexpr long validity = 60L * 60 * 24 * 3650; // seconds; nobody renews it
constexpr long clock_difference = 60L * 60 * 24;
constexpr std::size_t largest_file = 1 << 20;

bio_pointer reader_of(std::string_view text) {
    return bio_pointer(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// SECURITY: a key with a passphrase must not make OpenSSL ask for it at the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

certificate_result fail(std::string why) {
    ::ERR_clear_error();
    return {std::nullopt, std::move(why)};
}

// What is not a secret may be read by everyone.
std::optional<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(largest_file, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.eof()) // missing, a folder, or longer than any chain
        return std::nullopt;
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list;
    for (auto name : names) {
        name.erase(std::min(name.find('%'), name.size())); // the scope of a link-local address
        error_code failed;
        boost::asio::ip::make_address(name, failed);
        list += (list.empty() ? "" : ",") + std::string(failed ? "DNS:" : "IP:") + name;
    }
    return list;
}

std::string text_of(const ASN1_STRING* text) {
    unsigned char* utf8 = nullptr;
    const int length = ::ASN1_STRING_to_UTF8(&utf8, text);
    if (length < 0)
        return {};
    std::string copy(utf8, utf8 + length);
    OPENSSL_free(utf8);
    return copy;
}

void add_extension(X509* to, int nid, const std::string& text) {
    auto* const made = ::X509V3_EXT_conf_nid(nullptr, nullptr, nid, text.c_str());
    if (made == nullptr || ::X509_add_ext(to, made, -1) != 1) {
        ::X509_EXTENSION_free(made);
        throw std::runtime_error("cannot make a certificate for " + text);
    }
    ::X509_EXTENSION_free(made);
}

std::string text_in(BIO* memory) {
    char* data = nullptr;
    const auto length = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(length)};
}

} // namespace

bool certificate::matches(std::string_view host) const {
    return ::X509_check_host(leaf.get(), host.data(), host.size(), 0, nullptr) == 1;
}

std::chrono::sys_seconds certificate::not_after() const {
    std::tm parts{};
    ::ASN1_TIME_to_tm(::X509_get0_notAfter(leaf.get()), &parts);
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&parts)));
}

std::string certificate::fingerprint() const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    ::X509_digest(leaf.get(), ::EVP_sha256(), digest.data(), &length);
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
        if (i > 0)
            text += ':';
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

std::vector<std::string> names_in(X509& certificate) {
    std::vector<std::string> names;
    auto* const subject = ::X509_get_subject_name(&certificate);
    for (int at = -1; (at = ::X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
        names.push_back(text_of(::X509_NAME_ENTRY_get_data(::X509_NAME_get_entry(subject, at))));
    auto* const list = static_cast<GENERAL_NAMES*>(
        ::X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
    for (int i = 0; i < sk_GENERAL_NAME_num(list); ++i) {
        const auto* const name = sk_GENERAL_NAME_value(list, i);
        if (name->type == GEN_DNS || name->type == GEN_EMAIL)
            names.push_back(text_of(name->d.ia5));
    }
    ::GENERAL_NAMES_free(list);
    return names;
}

std::string certificate::name() const {
    const auto names = names_in(*leaf);
    return names.empty() ? std::string() : names.front();
}

certificate_result parse_certificate(std::string_view chain, std::string_view key) {
    certificate made;
    const auto certificates = reader_of(chain);
    made.leaf.reset(::PEM_read_bio_X509(certificates.get(), nullptr, no_passphrase, nullptr));
    if (!made.leaf)
        return fail("holds no certificate in PEM form");
    made.chain.reset(sk_X509_new_null());
    while (auto* const next =
               ::PEM_read_bio_X509(certificates.get(), nullptr, no_passphrase, nullptr))
        sk_X509_push(made.chain.get(), next);
    const auto keys = reader_of(key);
    made.key.reset(::PEM_read_bio_PrivateKey(keys.get(), nullptr, no_passphrase, nullptr));
    if (!made.key)
        return fail("the key is not a private key in PEM form without a passphrase");
    if (::X509_check_private_key(made.leaf.get(), made.key.get()) != 1)
        return fail("the key does not belong to the certificate");
    ::ERR_clear_error(); // the end of the PEM text is one
    return {std::move(made), {}};
}

certificate_result load_certificate(const std::string& chain_file, const std::string& key_file) {
    const auto chain = read_file(chain_file);
    if (!chain)
        return fail("cannot read the certificate " + config::toml_quote(chain_file));
    const auto key = config::read_secret_text(key_file);
    if (!key.problem.empty())
        return fail(key.problem);
    auto parsed = parse_certificate(*chain, key.value);
    if (!parsed.value)
        parsed.problem = config::toml_quote(chain_file) + ", key " + config::toml_quote(key_file) +
                         ": " + parsed.problem;
    return parsed;
}

certificate make_self_signed_certificate(const std::vector<std::string>& names) {
    certificate made;
    made.key.reset(::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    made.leaf.reset(::X509_new());
    made.chain.reset(sk_X509_new_null());
    if (!made.key || !made.leaf || !made.chain)
        throw std::runtime_error("OpenSSL cannot make a key");
    auto* const leaf = made.leaf.get();
    ::X509_set_version(leaf, X509_VERSION_3);
    std::array<unsigned char, 16> serial{};
    ::RAND_bytes(serial.data(), static_cast<int>(serial.size()));
    serial[0] &= 0x7f; // positive
    auto* const number = ::BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
    ::BN_to_ASN1_INTEGER(number, ::X509_get_serialNumber(leaf));
    ::BN_free(number);
    ::X509_gmtime_adj(X509_getm_notBefore(leaf), -clock_difference);
    ::X509_gmtime_adj(X509_getm_notAfter(leaf), validity);
    ::X509_set_pubkey(leaf, made.key.get());
    auto* const name = ::X509_get_subject_name(leaf);
    const auto common = names.empty() ? std::string("objftpd") : names.front().substr(0, 64);
    ::X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0);
    ::X509_set_issuer_name(leaf, name);
    add_extension(leaf, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf, NID_key_usage, "critical,digitalSignature");
    add_extension(leaf, NID_ext_key_usage, "serverAuth");
    if (!names.empty())
        add_extension(leaf, NID_subject_alt_name, alternative_names(names));
    if (::X509_sign(leaf, made.key.get(), ::EVP_sha256()) == 0)
        throw std::runtime_error("OpenSSL cannot sign a certificate");
    return made;
}

std::string to_pem(const certificate& c) {
    const bio_pointer memory(::BIO_new(::BIO_s_mem()));
    ::PEM_write_bio_X509(memory.get(), c.leaf.get());
    ::PEM_write_bio_PrivateKey(memory.get(), c.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return text_in(memory.get());
}

certificate_result keep_self_signed_certificate(const std::string& folder,
                                                const std::vector<std::string>& names) {
    const auto path = folder + "/self-signed.pem";
    if (::access(path.c_str(), F_OK) == 0)
        return load_certificate(path, path);
    auto made = make_self_signed_certificate(names);
    if (const auto failed = config::write_private_file(path, to_pem(made)))
        return fail("cannot keep a certificate in " + path + ": " + failed.message());
    return {std::move(made), {}};
}

} // namespace objftpd::server
