#pragma once

#include "config/result.hpp"
#include "server/tls/openssl_pointers.hpp"

#include <span>

namespace objftpd::server {

/// The client's side of TLS on a connected, blocking socket, which it does not own. For a process
/// that asks the server of its own configuration whether it lives: any certificate will do, and
/// nothing secret may be sent.
///
/// A call takes as long as the socket's own time limits let it; then it is timed_out.
class tls_probe {
public:
    explicit tls_probe(int socket);

    error_code handshake();

    /// Decrypted bytes into the front of `buffer`; 0 after the server's close_notify.
    result<std::size_t> read_some(std::span<char> buffer);

private:
    error_code failure(int returned);

    ssl_ctx_pointer context_;
    ssl_pointer ssl_;
};

} // namespace objftpd::server
