#include "server/security.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::server;
using config::plain_policy;

namespace {

// The rules as they are on a server's address, for a control connection in clear.
class plain_connection {
public:
    explicit plain_connection(const char* address, plain_policy policy)
        : local_(asio::ip::make_address(address), 21) {
        listener.plain_login = policy;
        listener.plain_data = policy;
    }

    security rules() { return {services_, listener, control_, local_, peer_}; }

    config::listener_settings listener;
    config::user_settings user;

private:
    config::settings settings_;
    worker_pool hashing_{1};
    services services_{settings_, hashing_};
    asio::io_context context_;
    stream control_{context_};
    asio::ip::tcp::endpoint local_;
    asio::ip::tcp::endpoint peer_{asio::ip::make_address("192.0.2.9"), 50'000};
};

} // namespace

TEST_CASE("the address that was connected to decides what may go in clear") {
    struct row {
        const char* address;
        plain_policy policy;
        bool allowed;
    };
    using enum plain_policy;
    const auto [address, policy, allowed] = GENERATE(
        row{"127.0.0.1", on_loopback, true}, row{"127.9.9.9", on_loopback, true},
        row{"::1", on_loopback, true}, row{"::ffff:127.0.0.1", on_loopback, true},
        row{"192.0.2.1", on_loopback, false}, row{"10.0.0.1", on_loopback, false},
        row{"2001:db8::1", on_loopback, false}, row{"::ffff:192.0.2.1", on_loopback, false},
        row{"127.0.0.1", refuse, false}, row{"192.0.2.1", refuse, false},
        row{"127.0.0.1", allow, true}, row{"192.0.2.1", allow, true});
    CAPTURE(address, static_cast<int>(policy));
    plain_connection c(address, policy);
    CHECK(c.rules().login_needs_tls(nullptr) != allowed);
    CHECK(c.rules().login_needs_tls(&c.user) != allowed);
    CHECK(c.rules().data_needs_tls(c.user) != allowed);
}

TEST_CASE("a user who needs encryption needs it everywhere") {
    for (const auto policy : {plain_policy::on_loopback, plain_policy::allow}) {
        plain_connection c("127.0.0.1", policy);
        c.user.encryption = config::encryption::required;
        CHECK_FALSE(c.rules().login_needs_tls(nullptr));
        CHECK(c.rules().login_needs_tls(&c.user));
        CHECK(c.rules().data_needs_tls(c.user));
    }
}

TEST_CASE("private data satisfy every rule") {
    plain_connection c("192.0.2.1", plain_policy::refuse);
    c.user.encryption = config::encryption::required;
    auto rules = c.rules();
    rules.data_level = security::level::private_;
    CHECK_FALSE(rules.data_needs_tls(c.user));
}

TEST_CASE("without TLS there is neither certificate nor server name") {
    plain_connection c("127.0.0.1", plain_policy::allow);
    const auto rules = c.rules();
    CHECK_FALSE(rules.is_encrypted());
    CHECK_FALSE(rules.has_been_encrypted());
    CHECK_FALSE(rules.has_certificate_of(c.user));
    CHECK(rules.server_name().empty());
}
