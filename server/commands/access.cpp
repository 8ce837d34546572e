#include "config/ascii_text.hpp"
#include "config/async.hpp"
#include "config/log.hpp"
#include "server/commands/handlers.hpp"
#include "server/session.hpp"

namespace objftpd::server::commands {
namespace {

reply refuse_login(session& s, std::string_view why) {
    ++s.login_failures;
    config::log::warning("login failed", {{"session", s.id},
                                          {"user", s.user_name},
                                          {"peer", s.peer.address().to_string()},
                                          {"why", why}});
    const auto now = session::clock::now();
    if (s.shared.guard.failed(s.peer.address(), now) == auth::login_guard::consequence::ban_begins)
        config::log::warning("address refused for a while after too many failed logins",
                             {{"peer", s.peer.address().to_string()}});
    if (s.login_failures >= s.shared.settings.server.max_login_attempts) {
        s.closing = true;
        return {421, "Too many failed logins, closing control connection."};
    }
    return {530, "Login incorrect."};
}

// Asked again at PASS: sessions that sent USER before the ban must not get one try each.
std::optional<reply> refuse_banned(session& s) {
    if (s.shared.guard.ask(s.peer.address(), session::clock::now()) ==
        auth::login_guard::decision::allow)
        return {};
    s.closing = true;
    return reply(421, "Too many failed logins from your address, please wait.");
}

std::optional<reply> log_out(session& s) {
    if (s.reset_login())
        return {};
    s.closing = true;
    return reply(421, "Too many logins under way, please connect again.");
}

// Who it is has been shown.
reply log_in(session& s, auth::account account, int code) {
    if (s.shared.limits.log_in(*s.place, account->name, account->max_sessions) !=
        session_limits::login_verdict::admitted) {
        config::log::warning("login refused: the user has too many sessions",
                             {{"session", s.id}, {"user", account->name}});
        s.closing = true;
        return reply(421, "Too many sessions of this user.");
    }
    s.files = s.shared.files.at(account->name);
    s.account = std::move(account);
    const auto home = storage::virtual_path::resolve(storage::virtual_path(), s.account->home);
    s.directory = home ? *home : storage::virtual_path();
    config::log::info(
        "login",
        {{"session", s.id}, {"user", s.account->name}, {"peer", s.peer.address().to_string()}});
    return {code, "Logged in."};
}

} // namespace

awaitable<reply> user(session& s, std::string name) {
    // Windows' ftp.exe sends OPTS UTF8 ON before it says who it is.
    const bool utf8_requested = s.utf8_requested;
    if (auto refusal = log_out(s))
        co_return std::move(*refusal);
    s.utf8_requested = utf8_requested;
    if (auto refusal = refuse_banned(s))
        co_return std::move(*refusal);
    s.user_name = std::move(name);
    const auto known = s.shared.accounts.find(s.user_name);
    if (s.protection.login_needs_tls(known.get()))
        co_return reply(530, "Logins need TLS here, use AUTH TLS first.");
    if (known && known->certificate_login == config::certificate_login::replaces_password &&
        s.protection.has_certificate_of(*known))
        co_return log_in(s, known, 232);
    s.awaiting_password = true;
    co_return reply(331, "Password required.");
}

awaitable<reply> pass(session& s, std::string password) {
    if (!s.awaiting_password)
        co_return reply(503, "Send USER first.");
    s.awaiting_password = false;
    if (auto refusal = refuse_banned(s))
        co_return std::move(*refusal);
    if (s.protection.login_needs_tls(s.shared.accounts.find(s.user_name).get()))
        co_return reply(530, "Logins need TLS here, use AUTH TLS first.");
    auto account = co_await s.shared.accounts.authenticate(s.shared.hash_pool, s.user_name,
                                                           std::move(password));
    std::string_view why = account ? "" : "name or password is wrong";
    if (account && account->certificate_login == config::certificate_login::besides_password &&
        !s.protection.has_certificate_of(*account))
        why = "the client certificate is missing or another's";
    if (!why.empty()) {
        co_await sleep_for(s.shared.settings.server.login_failure_delay);
        co_return refuse_login(s, why);
    }
    co_return log_in(s, std::move(account), 230);
}

awaitable<reply> acct(session& s, std::string) {
    if (!s.account)
        co_return reply(503, "Send USER and PASS; no account is needed.");
    co_return reply(202, "No account is needed.");
}

// TLS stays, unlike in RFC 4217, 11: who comes next could not tell whom it is talking to in clear.
awaitable<reply> rein(session& s, std::string) {
    if (auto refusal = log_out(s))
        co_return std::move(*refusal);
    co_return reply(220, "Ready for a new user.");
}

awaitable<reply> quit(session& s, std::string) {
    s.closing = true;
    co_return reply(221, "Goodbye.");
}

// RFC 7151: all names stand for the same files; the name chooses the certificate of a later AUTH.
awaitable<reply> host(session& s, std::string name) {
    if (s.account)
        co_return reply(503, "HOST must come before USER.");
    const auto in_handshake = s.protection.server_name();
    if (!in_handshake.empty() && config::to_upper(name) != config::to_upper(in_handshake))
        co_return reply(504, "The TLS handshake named another host.");
    s.host_name = std::move(name);
    co_return reply(220, "Host accepted.");
}

} // namespace objftpd::server::commands
