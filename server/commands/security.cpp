#include "server/security.hpp"

#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "server/commands/handlers.hpp"
#include "server/session.hpp"

namespace objftpd::server::commands {

// RFC 4217, 4. Names of the first drafts: SSL and TLS-P begin with protected data connections.
awaitable<reply> auth(session& s, std::string argument) {
    const auto wanted = config::to_upper(argument);
    const bool old = wanted == "SSL" && s.protection.listener().auth_ssl;
    if (wanted != "TLS" && wanted != "TLS-C" && wanted != "TLS-P" && !old)
        co_return reply(504, "Use AUTH TLS.");
    if (s.protection.has_been_encrypted())
        co_return reply(503, "TLS has been negotiated already.");
    if (!s.reset_login()) {
        s.closing = true;
        co_return reply(421, "Too many logins under way, please connect again.");
    }
    reply accepted(234, "Ready for the TLS handshake.");
    co_await s.upgrade_to_tls(std::move(accepted));
    if (old || wanted == "TLS-P")
        s.protection.data_level = security::level::private_;
    co_return reply();
}

// RFC 4217, 9: TLS keeps its own buffers, so there is nothing to negotiate.
awaitable<reply> pbsz(session& s, std::string argument) {
    if (!s.protection.has_been_encrypted())
        co_return reply(503, "Use AUTH TLS first.");
    if (!config::parse_decimal(argument))
        co_return reply(501, "PBSZ wants a number.");
    s.protection.pbsz_given = true;
    co_return reply(200, "PBSZ=0");
}

awaitable<reply> prot(session& s, std::string argument) {
    if (!s.protection.pbsz_given)
        co_return reply(503, s.protection.has_been_encrypted() ? "Use PBSZ 0 first."
                                                               : "Use AUTH TLS first.");
    const auto wanted = config::to_upper(argument);
    if (wanted == "P") {
        s.protection.data_level = security::level::private_;
        co_return reply(200, "Data connections are private.");
    }
    if (wanted == "S" || wanted == "E")
        co_return reply(536, "TLS has no such level, use PROT P.");
    if (wanted != "C")
        co_return reply(504, "Unknown level, use PROT P.");
    const auto before = s.protection.data_level;
    s.protection.data_level = security::level::clear;
    if (s.account && s.protection.data_needs_tls(*s.account)) {
        s.protection.data_level = before;
        co_return reply(534, "Data connections must be private here, use PROT P.");
    }
    co_return reply(200, "Data connections are in clear.");
}

awaitable<reply> ccc(session& s, std::string) {
    if (!s.protection.is_encrypted())
        co_return reply(533, "The control connection is in clear.");
    if (!s.protection.listener().ccc)
        co_return reply(534, "The control connection stays protected here.");
    if (s.account->encryption == config::encryption::required)
        co_return reply(534, "The control connection stays protected for this user.");
    reply accepted(200, "The control connection goes on in clear.");
    co_await s.downgrade_to_clear(std::move(accepted));
    co_return reply();
}

} // namespace objftpd::server::commands
