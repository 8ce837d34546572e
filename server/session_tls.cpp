// How a session's control connection gets under TLS, out of it, and to its end.
#include "server/session.hpp"

#include "config/log.hpp"
#include "server/tls/tls_error.hpp"

namespace objftpd::server {
namespace {

constexpr auto longest_control_ending = std::chrono::seconds(1);

} // namespace

awaitable<void> session::leave() {
    // Before the client can see the end: it may connect again at once.
    place.reset();
    if (protection.is_encrypted()) {
        idle_too_long_ = true; // tick() ends the wait for the client's own end
        control_deadline_ = clock::now() + longest_control_ending;
        static_cast<void>(co_await control_.end());
        control_.end_sending();
        co_await control_.await_end();
    }
    control_.finish();
}

awaitable<bool> session::shake_hands() {
    handshake_deadline_ = clock::now() + shared.settings.tls.handshake_timeout;
    auto done = co_await protection.secure_control(host_name);
    const bool late = clock::now() >= handshake_deadline_;
    handshake_deadline_ = clock::time_point::max();
    if (!done) {
        if (late)
            done = tls_errc::handshake_timed_out;
        config::log::info("TLS handshake failed", {{"session", id},
                                                   {"peer", peer.address().to_string()},
                                                   {"error", done.error().message()}});
        control_.cancel();
        co_return false;
    }
    if (config::log::enabled(config::log_level::debug))
        config::log::debug("TLS", {{"session", id},
                                   {"version", control_.tls()->description()},
                                   {"server_name", protection.server_name()}});
    co_return true;
}

awaitable<void> session::upgrade_to_tls(reply accepted) {
    closing = true;
    if (lines_.buffered() > 0 || !held_.empty() || !replies_.is_idle()) {
        config::log::warning("commands in clear behind AUTH, closed", {{"session", id}});
        reply refused(421, "Nothing may follow AUTH in clear, closing.");
        co_await send(std::move(refused));
        co_return;
    }
    co_await send(std::move(accepted));
    closing = !co_await shake_hands();
}

awaitable<void> session::downgrade_to_clear(reply accepted) {
    closing = true;
    co_await send(std::move(accepted));
    if (!replies_.is_idle()) // the client reads nothing
        co_return;
    handshake_deadline_ = clock::now() + shared.settings.tls.handshake_timeout;
    const auto done = co_await protection.clear_control();
    handshake_deadline_ = clock::time_point::max();
    closing = !done;
}

} // namespace objftpd::server
