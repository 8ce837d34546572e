#include "config/schema.hpp"

#include "config/listener.hpp"
#include "config/names.hpp"
#include "config/text.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include <algorithm>

namespace objftpd::config {
namespace {

using namespace std::chrono_literals;

constexpr const char* tls1_3_ciphersuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

complaint set_addresses(listener_settings& listener, const value& v) {
    const auto* const urls = std::get_if<std::vector<std::string>>(&v);
    if (!urls)
        return unexpected;
    listener.addresses.clear();
    for (const auto& url : *urls) {
        std::string problem;
        const auto parsed = parse_listener(url, problem);
        if (!parsed)
            return problem;
        listener.addresses.push_back(*parsed);
    }
    return urls->empty() ? "needs at least one address, such as \"ftp://127.0.0.1:2048\""
                         : complaint();
}

complaint check_passive_address(std::string& text) {
    if (text.empty())
        return {};
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address_v4(text, error);
    if (error || address.is_unspecified() || address.is_multicast())
        return unexpected;
    return {};
}

complaint check_word(std::string& text) {
    if (text.empty() || text.find_first_of(" \t\r\n") != std::string::npos)
        return unexpected;
    return {};
}

} // namespace

const std::vector<option<listener_settings>>& listener_options() {
    using l = listener_settings;
    using make = row<l>;
    const std::vector<std::pair<std::string, plain_policy>> plain_policies{
        {"on-loopback", plain_policy::on_loopback},
        {"refuse", plain_policy::refuse},
        {"allow", plain_policy::allow}};
    static const std::vector<option<l>> options{
        option<l>{"addresses",
                  "a list of addresses, such as [\"ftp://127.0.0.1:2048\"]",
                  {},
                  "Where clients connect to, each as ftp://ADDRESS:PORT (clients may ask for TLS "
                  "by AUTH) or ftps://ADDRESS:PORT (TLS from the first byte on), IPv6 in brackets. "
                  "Port 0 lets the system choose one.",
                  set_addresses}
            .must_be_given(std::vector<std::string>{"ftp://127.0.0.1:2048", "ftp://[::1]:2048"}),
        make::choice("plain_login", &l::plain_login, "on-loopback", plain_policies,
                     "Whether clients may log in without TLS. \"on-loopback\": only where no "
                     "other machine can connect. \"allow\": passwords may cross the network in "
                     "clear, for networks you trust."),
        make::choice("plain_data", &l::plain_data, "on-loopback", plain_policies,
                     "The same for data connections: files and listings."),
        make::choice(
            "session_reuse", &l::session_reuse, "prefer",
            {{"off", session_reuse::off},
             {"prefer", session_reuse::prefer},
             {"require", session_reuse::require}},
            "Whether a data connection resumes the TLS session of its own control "
            "connection, which proves that both are the same client's. \"prefer\" takes "
            "also clients that cannot; \"require\" refuses them with 522 (rclone among them, which "
            "mixes the sessions of its connections). With \"off\" FileZilla warns its "
            "users of an insecure connection."),
        make::flag("require_close_notify", &l::require_close_notify, true,
                   "Whether an upload over TLS must end with the client's close_notify. Without "
                   "it nobody can tell a whole file from one that was cut short, so the upload is "
                   "refused with 426 and the old file stays."),
        make::choice("client_certificate", &l::client_certificate, "off",
                     {{"off", client_certificate::off},
                      {"optional", client_certificate::optional},
                      {"required", client_certificate::required}},
                     "Whether clients are asked for a certificate signed by tls.client_ca_file. "
                     "What it does for the login is said at each user."),
        make::flag("auth_ssl", &l::auth_ssl, false,
                   "Whether AUTH SSL, of very old clients, means AUTH TLS with PROT P. Else it is "
                   "refused with 504."),
        make::flag("ccc", &l::ccc, false,
                   "Whether a client may put its control connection back to clear (CCC), for "
                   "firewalls that read along."),
        make::flag("active_mode", &l::active_mode, true,
                   "Whether PORT and EPRT are allowed, always to the client's own address and to "
                   "ports above 1023 only."),
        make::text("passive_address", &l::passive_address, "",
                   "an IPv4 address, or \"\" for the address that the client connected to",
                   "The address to announce in the reply to PASV: the public one when the server "
                   "stands behind NAT. EPSV needs none.",
                   check_passive_address),
    };
    return options;
}

const std::vector<option<tls_settings>>& tls_options() {
    using t = tls_settings;
    using make = row<t>;
    static const std::vector<option<t>> options{
        make::choice("minimum_version", &t::minimum_version, "1.2",
                     {{"1.2", tls_version::tls1_2}, {"1.3", tls_version::tls1_3}},
                     "The oldest version of TLS that is spoken. 1.3 is always offered."),
        make::text("ciphers", &t::ciphers, "intermediate",
                   "\"intermediate\", or a list as \"openssl ciphers\" takes it",
                   "The ciphers of TLS 1.2. \"intermediate\" is the list of that name that Mozilla "
                   "recommends.",
                   check_word),
        make::text("ciphersuites", &t::ciphersuites, tls1_3_ciphersuites,
                   "a list of cipher suites, separated by colons", "The cipher suites of TLS 1.3.",
                   check_word),
        make::text("client_ca_file", &t::client_ca_file, "", "a PEM file, or \"\" for none",
                   "The authorities that sign client certificates. Needed where a listener asks "
                   "for them."),
        make::text("client_crl_file", &t::client_crl_file, "", "a PEM file, or \"\" for none",
                   "Revoked client certificates. When given, each authority needs a list in it."),
        make::duration("reload_interval", &t::reload_interval, 60s, 0s, 24h,
                       "How often the certificate files are looked at; new ones are taken without "
                       "ending a session. 0 waits for SIGHUP."),
        make::duration("expiry_warning", &t::expiry_warning, 24h * 14, 0s, 24h * 365,
                       "How long ahead the log warns, once a day, of a certificate that expires."),
        make::duration("handshake_timeout", &t::handshake_timeout, 10s, 1s, 5min,
                       "Time for a TLS handshake."),
        make::count("max_handshakes_per_address", &t::max_handshakes_per_address, 100, 1, 100'000,
                    "TLS handshakes of one client address (IPv6: one /64 network) at the same "
                    "time."),
    };
    return options;
}

const std::vector<option<certificate_settings>>& certificate_options() {
    using c = certificate_settings;
    using make = row<c>;
    static const std::vector<option<c>> options{
        make::text("chain_file", &c::chain_file, "", "a PEM file",
                   "The certificate, followed by its intermediate ones: fullchain.pem of certbot, "
                   "NAME.crt of lego. Clients choose between certificates by their names (SNI or "
                   "HOST); the first is for all others.",
                   check_path)
            .must_be_given("fullchain.pem"),
        make::text("key_file", &c::key_file, "", "a PEM file",
                   "Its private key, without a passphrase. It must not be readable by others "
                   "(chmod o-rwx).",
                   check_path)
            .must_be_given("privkey.pem"),
    };
    return options;
}

} // namespace objftpd::config
