#pragma once

#include "server/data/stream.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace objftpd::server {

/// Sends a session's replies in order, whoever gives them. Belongs to one session and its thread.
class reply_writer {
public:
    using clock = std::chrono::steady_clock;

    /// `control` must outlive the writer.
    reply_writer(asio::io_context& context, stream& control)
        : context_(context), control_(control) {}

    /// Sends `lines` as soon as the caller suspends, or together with what is sent before that.
    /// `keeper` owns the writer until then.
    void send_soon(std::string_view lines, std::shared_ptr<void> keeper);

    /// Comes back when the bytes are sent, or at once while others are being sent before them. A
    /// connection that fails or does not take them in time ends (stream::cancel).
    awaitable<void> send(std::string lines);

    /// Whether everything is sent.
    bool is_idle() const { return !flushing_ && unsent_.empty(); }

    /// Whether the client has not taken what is being sent for that long.
    bool is_stuck(clock::time_point now, std::chrono::seconds limit) const {
        return flushing_ && now - flushing_since_ >= limit;
    }

private:
    awaitable<void> flush();

    asio::io_context& context_;
    stream& control_;
    std::string unsent_; // replies the socket has not taken yet
    bool flushing_ = false;
    clock::time_point flushing_since_;
};

} // namespace objftpd::server
