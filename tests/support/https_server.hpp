#pragma once

#include "server/tls/certificate.hpp"
#include "tests/support/tcp_socket.hpp"

#include <openssl/ssl.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>

namespace objftpd::tests {

/// Answers "ok" to one request of each connection, under TLS with the certificate given.
class https_server {
public:
    explicit https_server(const server::certificate& shown)
        : listener_(tcp_socket::listen({boost::asio::ip::address_v4::loopback(), 0})),
          context_(::SSL_CTX_new(::TLS_server_method())) {
        if (::SSL_CTX_use_cert_and_key(context_.get(), shown.leaf.get(), shown.key.get(), nullptr,
                                       1) != 1)
            throw std::runtime_error("cannot use the server's certificate");
        // OpenSSL writes without MSG_NOSIGNAL.
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
        thread_ = std::thread([this] { serve(); });
    }
    https_server(const https_server&) = delete;
    ~https_server() {
        stopping_ = true;
        try {
            tcp_socket::connect(listener_.local()); // wakes the accept
        } catch (const std::runtime_error&) {
        }
        thread_.join();
    }

    std::string host() const { return "127.0.0.1:" + std::to_string(listener_.local().port()); }

private:
    void serve() {
        while (!stopping_) {
            try {
                auto connection = listener_.accept();
                if (!stopping_)
                    serve(connection);
            } catch (const std::runtime_error&) {
                // nobody came for a long time
            }
        }
    }

    void serve(const tcp_socket& connection) {
        const server::ssl_pointer ssl(::SSL_new(context_.get()));
        ::SSL_set_fd(ssl.get(), connection.native_handle());
        std::string head;
        for (char c = 0; head.find("\r\n\r\n") == head.npos; head += c)
            if (::SSL_accept(ssl.get()) != 1 || ::SSL_read(ssl.get(), &c, 1) != 1)
                return; // the client does not trust it
        const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        ::SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
        ::SSL_shutdown(ssl.get());
    }

    tcp_socket listener_;
    server::ssl_ctx_pointer context_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

} // namespace objftpd::tests
