#include "auth/login_guard.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace objftpd::auth;
using namespace std::chrono_literals;

namespace {

using decision = login_guard::decision;
using consequence = login_guard::consequence;

constexpr login_guard::clock::time_point start{};

auto client(const char* text) {
    return boost::asio::ip::make_address(text);
}

/// Fails until the guard would refuse, at most `attempts` times.
decision fail(login_guard& guard, const char* address, unsigned attempts,
              login_guard::clock::time_point now = start) {
    for (unsigned i = 0; i < attempts; ++i)
        guard.failed(client(address), now);
    return guard.ask(client(address), now);
}

} // namespace

TEST_CASE("an address is refused from its last permitted failure on, until the ban ends") {
    login_guard guard({3, 60s, 600s, 10});
    CHECK(guard.ask(client("192.0.2.1"), start) == decision::allow);
    CHECK(guard.failed(client("192.0.2.1"), start) == consequence::none);
    CHECK(guard.failed(client("192.0.2.1"), start + 1s) == consequence::none);
    CHECK(guard.ask(client("192.0.2.1"), start + 1s) == decision::allow);
    CHECK(guard.failed(client("192.0.2.1"), start + 2s) == consequence::ban_begins);
    CHECK(guard.ask(client("192.0.2.1"), start + 2s) == decision::refuse);
    CHECK(guard.ask(client("192.0.2.1"), start + 601s) == decision::refuse);
    CHECK(guard.ask(client("192.0.2.1"), start + 602s) == decision::allow);
}

TEST_CASE("other addresses are not refused") {
    login_guard guard({3, 60s, 600s, 10});
    CHECK(fail(guard, "192.0.2.1", 3) == decision::refuse);
    CHECK(guard.ask(client("192.0.2.2"), start) == decision::allow);
}

TEST_CASE("failures count within the window only") {
    login_guard guard({3, 60s, 600s, 10});
    CHECK(fail(guard, "192.0.2.1", 2) == decision::allow);
    CHECK(fail(guard, "192.0.2.1", 2, start + 60s) == decision::allow);
    CHECK(fail(guard, "192.0.2.1", 1, start + 119s) == decision::refuse);
}

TEST_CASE("after a ban the count begins anew") {
    login_guard guard({2, 60s, 10s, 10});
    CHECK(fail(guard, "192.0.2.1", 2) == decision::refuse);
    CHECK(fail(guard, "192.0.2.1", 1, start + 10s) == decision::allow);
    CHECK(fail(guard, "192.0.2.1", 1, start + 10s) == decision::refuse);
}

TEST_CASE("failures that arrive during a ban do not make it longer") {
    login_guard guard({2, 60s, 10s, 10});
    CHECK(fail(guard, "192.0.2.1", 2) == decision::refuse);
    CHECK(fail(guard, "192.0.2.1", 50, start + 9s) == decision::refuse);
    CHECK(guard.ask(client("192.0.2.1"), start + 10s) == decision::allow);
}

TEST_CASE("an IPv6 network of one owner counts as one address") {
    login_guard guard({2, 60s, 600s, 10});
    guard.failed(client("2001:db8:1:2::1"), start);
    guard.failed(client("2001:db8:1:2:ffff::9"), start);
    CHECK(guard.ask(client("2001:db8:1:2::77"), start) == decision::refuse);
    CHECK(guard.ask(client("2001:db8:1:3::1"), start) == decision::allow);
}

TEST_CASE("an IPv4 address counts the same when it comes mapped into IPv6") {
    login_guard guard({2, 60s, 600s, 10});
    guard.failed(client("::ffff:192.0.2.1"), start);
    guard.failed(client("192.0.2.1"), start);
    CHECK(guard.ask(client("192.0.2.1"), start) == decision::refuse);
    CHECK(guard.ask(client("::ffff:192.0.2.1"), start) == decision::refuse);
    CHECK(guard.ask(client("::ffff:192.0.2.2"), start) == decision::allow);
}

TEST_CASE("with too many addresses, the one that failed longest ago is forgotten") {
    login_guard guard({2, 60s, 600s, 2});
    CHECK(fail(guard, "192.0.2.1", 2) == decision::refuse);
    CHECK(fail(guard, "192.0.2.2", 2) == decision::refuse);
    guard.failed(client("192.0.2.1"), start);
    guard.failed(client("192.0.2.3"), start);
    CHECK(guard.known_addresses() == 2);
    CHECK(guard.ask(client("192.0.2.1"), start) == decision::refuse);
    CHECK(guard.ask(client("192.0.2.2"), start) == decision::allow);
}

TEST_CASE("a guard without a limit refuses nobody and remembers nobody") {
    login_guard guard({0, 60s, 600s, 10});
    CHECK(fail(guard, "192.0.2.1", 1000) == decision::allow);
    CHECK(guard.known_addresses() == 0);
}

TEST_CASE("a guard may be used by several threads") {
    login_guard guard({1000, 60s, 600s, 100});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&guard] {
            for (int i = 0; i < 250; ++i) {
                guard.failed(client("192.0.2.1"), start);
                guard.ask(client("192.0.2.1"), start);
            }
        });
    for (auto& thread : threads)
        thread.join();
    CHECK(guard.ask(client("192.0.2.1"), start) == decision::refuse);
}
