#pragma once

#include "config/result.hpp"
#include "config/settings.hpp"
#include "server/tls/tls_context.hpp"

#include <array>
#include <optional>
#include <span>

namespace objftpd::server {

/// The server's side of TLS on one connected, non-blocking socket, which it does not own. No
/// call waits: where it would have to, the error is asio::error::would_block, and the caller
/// waits until the socket is writable if there are unsent bytes, else until it is readable.
///
/// Used by one thread at a time. Neither copied nor moved: OpenSSL's callbacks know its address.
class tls_connection {
public:
    /// Of a control connection. `host` is what the client said with HOST; it chooses the
    /// certificate where the handshake itself names no server.
    tls_connection(std::shared_ptr<const tls_context> context, int socket,
                   config::client_certificate ask, std::string host);

    /// Of a data connection of `control`. SECURITY: only its own control connection's session
    /// can be resumed (RFC 4217, 10.2).
    tls_connection(const tls_connection& control, int socket, config::session_reuse reuse);

    /// Takes more from the socket than one record at a time, for fewer system calls. Not where
    /// bytes in clear may follow (CCC).
    void read_ahead();

    tls_connection(tls_connection&&) = delete;
    ~tls_connection();

    /// One step of the handshake; no error when it is complete.
    error_code handshake();

    /// Decrypted bytes into the front of `buffer`; 0 after the peer's close_notify.
    /// tls_errc::truncated when the connection ends without one, tls_errc::truncated_record when
    /// it ends in the middle of a record.
    result<std::size_t> read_some(std::span<char> buffer);

    /// Encrypts bytes from the front of `bytes`, as many as there is room for, and sends what
    /// the socket takes; the rest of the records waits for flush().
    result<std::size_t> write_some(std::span<const char> bytes);

    /// The same without sending, but for what makes room: for bytes that more will follow at once.
    result<std::size_t> queue(std::span<const char> bytes);

    bool has_unsent() const { return unsent_begin_ < unsent_.size(); }

    /// Sends what waits; no error when nothing is left.
    error_code flush();

    /// Appends close_notify to what waits and sends what the socket takes. Only once.
    error_code close_notify();

    /// Gives the client another session to resume, together with the next bytes written: TLS 1.3
    /// clients use one up with every data connection.
    void renew_ticket();

    /// Of a data connection: whether it resumed its control connection's session.
    bool is_resumed() const;

    /// Of a data connection: whether the client showed the certificate of its control connection.
    bool has_certificate_of(const tls_connection& control) const;

    /// Common and alternative names (DNS, mail) of the client's verified certificate.
    std::vector<std::string> client_names() const;

    /// The server name of the handshake (SNI); empty without.
    std::string server_name() const;

    /// The same, or what the client said with HOST.
    std::string host() const;

    /// "TLSv1.3 TLS_AES_128_GCM_SHA256".
    std::string description() const;

private:
    friend struct tls_callbacks; // what OpenSSL calls back

    enum class role { control, data };
    tls_connection(std::shared_ptr<const tls_context> context, int socket, role r);

    void set_session_context(std::span<const unsigned char> id);
    error_code failure(int returned);
    void release_memory();

    std::shared_ptr<const tls_context> context_;
    int socket_;
    role role_;
    config::session_reuse reuse_ = config::session_reuse::prefer;
    std::string host_;
    std::array<unsigned char, 32> token_{}; // ties data connections to their control connection
    std::array<unsigned char, 2> session_context_{};
    std::vector<unsigned char> control_session_id_; // TLS 1.2 without tickets
    bool ticket_is_taken_ = false;                  // the session comes from a ticket
    ssl_pointer ssl_;
    std::vector<char> unsent_; // records from unsent_begin_ on
    std::size_t unsent_begin_ = 0;
    bool notified_ = false;   // close_notify is said
    bool drained_ = false;    // the socket had less than was asked for
    bool peer_ended_ = false; // the connection's end has been read
    error_code broken_;       // what ended it, for all later calls
};

} // namespace objftpd::server
