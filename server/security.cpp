#include "server/security.hpp"

#include "server/protocol/address.hpp"
#include "server/tls/tls_error.hpp"

#include <algorithm>
#include <utility>

namespace objftpd::server {

using config::plain_policy;

security::security(services& shared, const config::listener_settings& listener, stream& control,
                   const asio::ip::tcp::endpoint& local, const asio::ip::tcp::endpoint& peer)
    : shared_(shared), listener_(listener), control_(control),
      on_loopback_(unmapped(local.address()).is_loopback()), peer_(unmapped(peer.address())) {}

// SECURITY: the address that the client has connected to decides, not the one listened on: what
// reaches a loopback address came from this machine.
bool security::allows(plain_policy policy) const {
    return policy == plain_policy::allow || (policy == plain_policy::on_loopback && on_loopback_);
}

bool security::login_needs_tls(const config::user_settings* user) const {
    if (is_encrypted())
        return false;
    return !allows(listener_.plain_login) ||
           (user != nullptr && user->encryption == config::encryption::required);
}

bool security::data_needs_tls(const config::user_settings& user) const {
    if (data_level == level::private_)
        return false;
    return !allows(listener_.plain_data) || user.encryption == config::encryption::required;
}

awaitable<result<>> security::shake_hands(stream& connection, std::unique_ptr<tls_connection> tls) {
    const auto place = shared_.handshakes.enter(peer_);
    if (!place)
        co_return tls_errc::too_many_handshakes;
    co_return co_await connection.start_tls(std::move(tls));
}

awaitable<result<>> security::secure_control(std::string host) {
    auto tls = std::make_unique<tls_connection>(shared_.tls.current(), control_.native_handle(),
                                                listener_.client_certificate, std::move(host));
    if (!listener_.ccc)
        tls->read_ahead();
    co_return co_await shake_hands(control_, std::move(tls));
}

awaitable<result<>> security::clear_control() {
    auto stopped = co_await control_.stop_tls();
    if (!stopped)
        co_return stopped.error();
    before_ccc_ = std::move(*stopped);
    co_return result<>();
}

const tls_connection* security::control_tls() const {
    return is_encrypted() ? control_.tls() : before_ccc_.get();
}

awaitable<result<>> security::secure_data(stream& data, const config::user_settings& user) {
    const auto& control = *control_tls();
    auto tls =
        std::make_unique<tls_connection>(control, data.native_handle(), listener_.session_reuse);
    const auto done = co_await shake_hands(data, std::move(tls));
    if (!done)
        co_return done.error();
    const bool resumed = data.tls()->is_resumed();
    // SECURITY: whoever sees the port open could be first to connect to it; the session shows that
    // it was this client.
    // After CCC nothing can give the client new tickets any more.
    if (!resumed && is_encrypted() && listener_.session_reuse == config::session_reuse::require)
        co_return tls_errc::session_not_reused;
    if (!data.tls()->has_certificate_of(control))
        co_return tls_errc::certificate_differs;
    if (resumed && is_encrypted())
        control_.tls()->renew_ticket();
    const bool tolerates = user.close_notify == config::close_notify_policy::as_listener
                               ? !listener_.require_close_notify
                               : user.close_notify == config::close_notify_policy::tolerate;
    if (tolerates)
        data.tolerate_truncation();
    co_return result<>();
}

bool security::is_first_without_reuse(stream& data) {
    const bool is_one = data.tls() != nullptr && !data.tls()->is_resumed() &&
                        listener_.session_reuse == config::session_reuse::prefer;
    return is_one && !std::exchange(knows_of_no_reuse_, true);
}

bool security::has_certificate_of(const config::user_settings& user) const {
    // SECURITY: after CCC anybody on the way could be talking.
    if (!is_encrypted())
        return false;
    const auto shown = control_.tls()->client_names();
    const std::vector<std::string> own = {user.name};
    const auto& wanted = user.certificate_names.empty() ? own : user.certificate_names;
    return std::ranges::find_first_of(shown, wanted) != shown.end();
}

std::string security::server_name() const {
    const auto* const control = control_tls();
    return control != nullptr ? control->server_name() : std::string();
}

} // namespace objftpd::server
