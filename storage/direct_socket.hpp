#pragma once

#include "config/result.hpp"

#include <span>

namespace objftpd::storage {

/// A client's connected, non-blocking data connection, as a store's own thread moves bytes
/// through it while nobody else touches it. Nothing waits: the error is asio::error::would_block.
class direct_socket {
public:
    virtual ~direct_socket() = default;

    /// For poll(), which tells when it makes sense to try again.
    virtual int native_handle() const = 0;

    /// Whether bytes may be given to native_handle() itself (sendfile): nothing encrypts them.
    virtual bool is_plain() const = 0;

    /// Bytes into the front of `buffer`; 0 at the orderly end of the stream.
    virtual result<std::size_t> receive_now(std::span<char> buffer) = 0;

    /// Sends what is still on its way inside the connection; would_block while it takes no more.
    virtual error_code prepare_to_send() = 0;

    /// Takes bytes from the front of `bytes` and returns how many. They may still be on their way
    /// inside the connection when it returns.
    virtual result<std::size_t> send_now(std::span<const char> bytes) = 0;
};

} // namespace objftpd::storage
