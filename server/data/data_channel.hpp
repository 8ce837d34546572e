#pragma once

#include "server/data/port_pool.hpp"
#include "server/data/stream.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace objftpd::server {

/// The data connection of a session: first a promise (PASV: a listening port; PORT: the
/// client's address), then a stream for exactly one transfer. Belongs to the session's thread.
class data_channel {
public:
    /// `peer` is the control connection's other end, `local` our own.
    data_channel(asio::io_context& context, asio::ip::tcp::endpoint local,
                 asio::ip::tcp::endpoint peer)
        : context_(context), local_(std::move(local)), peer_(std::move(peer)) {}
    data_channel(const data_channel&) = delete;
    data_channel& operator=(const data_channel&) = delete;
    ~data_channel() {
        if (ending_)
            ending_->finish();
    }

    /// Listens for the client; returns the port. What was promised before is dropped.
    result<std::uint16_t> listen(port_pool& ports);

    /// Remembers where to connect to. REQUIRES: the address has been checked.
    void connect_to(asio::ip::tcp::endpoint target);

    /// Whether PASV, EPSV, PORT or EPRT came since the last transfer.
    bool promised() const { return listener_ || target_; }
    bool is_passive() const { return listener_.has_value(); }

    /// Makes the connection. asio::error::not_connected if nothing was promised; after cancel()
    /// asio::error::operation_aborted. SECURITY: only connections from the control
    /// connection's peer are taken, others are closed and ignored.
    awaitable<result<>> open();

    /// The open connection. REQUIRES: open() succeeded.
    stream& connection() { return *stream_; }
    bool is_open() const { return stream_ && stream_->is_open(); }

    /// Gives up the connection after its last byte. Under TLS it stays open for a moment, for the
    /// client's own close_notify: a reset in answer to it could destroy what is still on its way.
    void finish();

    /// Gives up a connection whose bytes are not wanted. The client sees an end, not a reset, and
    /// what it has on its way is thrown away for a moment, or it might never read our reply.
    void refuse();

    /// Called every now and then.
    void tick(std::chrono::steady_clock::time_point now);

    /// Ends a pending open() and everything pending and later on the connection.
    void cancel();

    /// Drops promise and connection; the next transfer needs a new promise.
    void clear();

private:
    awaitable<result<>> accept();
    awaitable<result<>> connect();

    asio::io_context& context_;
    asio::ip::tcp::endpoint local_;
    asio::ip::tcp::endpoint peer_;
    std::optional<port_pool::lease> listener_;
    std::optional<asio::ip::tcp::endpoint> target_;
    std::optional<stream> waiting_; // for a listening (a duplicate) or connecting socket
    std::optional<stream> stream_;
    std::optional<stream> ending_; // the one before, while a reset would do harm
    std::chrono::steady_clock::time_point ending_since_;
    bool cancelled_ = false;
};

} // namespace objftpd::server
