#pragma once

#include "auth/account_store.hpp"
#include "server/data/stream.hpp"
#include "server/services.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <vector>

namespace objftpd::server {

/// What protects one session's connections (RFC 2228, RFC 4217): whether control and data
/// connections are under TLS, and what listener and user demand. Belongs to the session's thread.
class security {
public:
    /// `control` and `listener` must outlive it. `local` and `peer` are the control connection's
    /// ends.
    security(services& shared, const config::listener_settings& listener, stream& control,
             const asio::ip::tcp::endpoint& local, const asio::ip::tcp::endpoint& peer);

    const config::listener_settings& listener() const { return listener_; }

    /// Whether the control connection is under TLS now.
    bool is_encrypted() const { return control_.tls() != nullptr; }

    /// Whether AUTH has been accepted, even if CCC came later.
    bool has_been_encrypted() const { return is_encrypted() || before_ccc_; }

    /// Whether this user may not log in as things are. Null: whoever it may be.
    bool login_needs_tls(const config::user_settings* user) const;

    /// Whether a data connection at the level of PROT as it is may not be opened.
    bool data_needs_tls(const config::user_settings& user) const;

    /// The TLS handshake on the control connection. `host`: from HOST, or empty.
    awaitable<result<>> secure_control(std::string host);

    /// The control connection goes back to clear (CCC).
    awaitable<result<>> clear_control();

    /// The TLS handshake on a data connection, and what makes it this session's own.
    awaitable<result<>> secure_data(stream& data, const config::user_settings& user);

    /// Whether this data connection, under TLS, is the session's first that resumed no TLS session
    /// although clients are to prefer that. True once.
    bool is_first_without_reuse(stream& data);

    /// Whether the client shows a certificate of this user's on the control connection.
    bool has_certificate_of(const config::user_settings& user) const;

    /// The server name that the client asked for (SNI); empty without.
    std::string server_name() const;

    bool pbsz_given = false;
    enum class level { clear, private_ } data_level = level::clear; // PROT

private:
    awaitable<result<>> shake_hands(stream& connection, std::unique_ptr<tls_connection> tls);
    bool allows(config::plain_policy policy) const;
    const tls_connection* control_tls() const;

    services& shared_;
    const config::listener_settings& listener_;
    stream& control_;
    bool knows_of_no_reuse_ = false;
    const bool on_loopback_;
    const asio::ip::address peer_;
    std::unique_ptr<tls_connection> before_ccc_; // data connections stay bound to it
};

} // namespace objftpd::server
