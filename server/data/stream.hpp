#pragma once

#include "config/result.hpp"
#include "server/tls/tls_connection.hpp"
#include "storage/direct_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <optional>
#include <span>

namespace objftpd::server {

/// A connected TCP socket, control or data connection, plain or, from start_tls() on, under TLS.
/// Every call tries the socket at once and waits for it only when it must, so a short exchange
/// never meets the reactor. Belongs to one session and its thread; one read and one write may be
/// under way at a time. Not movable while either is.
class stream final : public storage::direct_socket {
public:
    /// No connection.
    explicit stream(asio::io_context& context) : context_(context) {}

    /// Takes over a connected, non-blocking socket.
    stream(asio::io_context& context, int fd) : context_(context), fd_(fd) {}
    stream(stream&& other) noexcept;
    stream& operator=(stream&&) = delete;
    ~stream() override { close(); }

    bool is_open() const { return fd_ >= 0; }
    bool cancelled() const { return cancelled_; }
    int native_handle() const override { return fd_; }

    /// The handshake. From here on all bytes go through `tls`. REQUIRES: nothing is pending.
    awaitable<result<>> start_tls(std::unique_ptr<tls_connection> tls);

    /// Says close_notify, waits for the peer's and goes on in clear. Returns what it was under.
    /// REQUIRES: nothing is pending.
    awaitable<result<std::unique_ptr<tls_connection>>> stop_tls();

    /// Null: plain.
    tls_connection* tls() { return tls_.get(); }

    /// Takes an end of the connection without close_notify for an orderly one.
    void tolerate_truncation() { truncation_is_end_ = true; }

    /// Bytes into the front of `buffer`; 0 at the orderly end of the stream: of TLS the peer's
    /// close_notify, else its FIN.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

    /// All of `bytes`, or an error.
    awaitable<result<>> write_all(std::span<const char> bytes);

    bool is_plain() const override { return tls_ == nullptr; }
    result<std::size_t> receive_now(std::span<char> buffer) override;
    error_code prepare_to_send() override;
    result<std::size_t> send_now(std::span<const char> bytes) override;

    /// Sends what is still on its way, and TLS's close_notify.
    awaitable<result<>> end();

    /// write_all() and end() at once.
    awaitable<result<>> write_last(std::span<const char> bytes);

    /// Whether the peer has closed or reset and all it sent before has been read. Looks only.
    bool peer_is_gone() const;

    /// Waits until send_now() may get further after it would have blocked.
    awaitable<error_code> wait_to_send();

    enum class readiness { readable, writable };

    /// Waits until a system call on native_handle() would not block.
    awaitable<error_code> wait(readiness wanted);

    /// Stops the event loop from being told of every packet while another thread moves the bytes;
    /// the next wait starts it again. REQUIRES: nothing is pending.
    void leave_reactor();

    /// Ends a pending read or wait with operation_aborted, once; writes go on. A read that was
    /// not waiting does not notice.
    void wake();

    /// Ends pending and all later reads, writes and waits with operation_aborted.
    void cancel();

    /// Throws away what the peer has sent, up to 256 KiB, and says whether more may come.
    enum class input { may_come, ended };
    input discard_input();

    /// Sends the end of the stream and closes. What the peer sent and nobody read is thrown away
    /// first, else the kernel would answer with a reset and the peer could lose our last bytes.
    void finish();

    /// Closes with a reset, so that the peer cannot take what it got for complete.
    void reset();

    void close();

    /// Sends FIN: we have nothing more to say.
    void end_sending();

    /// Reads and throws away what comes, until the peer ends too or cancel() is called: so no
    /// reset can overtake our last bytes on their way.
    awaitable<void> await_end();

private:
    asio::io_context& context_;
    int fd_ = -1;
    bool cancelled_ = false;
    bool truncation_is_end_ = false;
    std::unique_ptr<tls_connection> tls_;
    std::optional<asio::posix::stream_descriptor> reactor_; // made when it must wait; owns fd_ then
};

} // namespace objftpd::server
