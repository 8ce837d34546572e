#pragma once

#include "tests/session/session_test.hpp"

namespace objftpd::tests {

/// Control connections under TLS, in each state on the way there.
class tls_control_test : public session_test {
public:
    explicit tls_control_test(protection wanted = protection::explicit_tls) : session_test(wanted) {
        offer = tls_offer();
        drop_in("f", "content");
    }

    // A connection that has heard the greeting in clear.
    ftp_client unprotected(const std::string& from = "127.0.0.1") {
        auto c = connect(from);
        CHECK(c.hears_code() == 220);
        return c;
    }

    // After AUTH, before any other command.
    ftp_client protected_by_auth(const std::string& host = {}) {
        auto c = unprotected();
        if (!host.empty())
            c.expects("HOST " + host, 220);
        c.expects("AUTH TLS", 234);
        c.shakes_hands();
        return c;
    }

    // Two self-signed certificates, the first for all names but the second's.
    void serve_two_names() {
        for (const auto* name : {"a.example", "b.example"}) {
            const auto pem = server::to_pem(server::make_self_signed_certificate({name}));
            const auto path = certificates_.file(name, pem);
            settings.certificates.push_back({path, path});
        }
    }

    // The first words of a client of TLS.
    static std::string client_hello() {
        tls_client client{tls_offer()};
        const auto ssl = client.begin(-1, tls_client::role::control);
        auto* const sent = ::BIO_new(::BIO_s_mem());
        ::SSL_set_bio(ssl.get(), ::BIO_new(::BIO_s_mem()), sent);
        ::SSL_do_handshake(ssl.get());
        char* bytes = nullptr;
        const auto length = BIO_get_mem_data(sent, &bytes);
        return {bytes, static_cast<std::size_t>(length)};
    }

private:
    temporary_folder certificates_;
};

/// The same where the first byte is under TLS already.
class implicit_tls_test : public tls_control_test {
public:
    implicit_tls_test() : tls_control_test(protection::implicit_tls) {}

    tcp_socket unprotected_socket() {
        start();
        auto c = connect();
        return std::move(c.control().tcp());
    }
};

} // namespace objftpd::tests
