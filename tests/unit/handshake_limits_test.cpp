#include "server/tls/handshake_limits.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using objftpd::server::handshake_limits;

namespace {

auto address(const char* text) {
    return boost::asio::ip::make_address(text);
}

} // namespace

TEST_CASE("an address gets as many handshakes as allowed, others get their own") {
    handshake_limits limits(2);
    const auto one = limits.enter(address("192.0.2.1"));
    auto two = limits.enter(address("192.0.2.1"));
    CHECK(one);
    CHECK(two);
    CHECK_FALSE(limits.enter(address("192.0.2.1")));
    CHECK(limits.enter(address("192.0.2.2")));
    two.reset();
    CHECK(limits.enter(address("192.0.2.1")));
}

TEST_CASE("an IPv6 network counts as one address for handshakes") {
    handshake_limits limits(1);
    const auto one = limits.enter(address("2001:db8::1"));
    CHECK_FALSE(limits.enter(address("2001:db8::2")));
    CHECK(limits.enter(address("2001:db8:0:1::1")));
}

TEST_CASE("a refused handshake takes no place") {
    handshake_limits limits(1);
    auto one = limits.enter(address("192.0.2.1"));
    for (int i = 0; i < 3; ++i)
        CHECK_FALSE(limits.enter(address("192.0.2.1")));
    one.reset();
    CHECK(limits.enter(address("192.0.2.1")));
}

TEST_CASE("handshakes of many threads are never more than allowed") {
    constexpr int most = 3;
    handshake_limits limits(most);
    std::atomic<int> inside = 0;
    std::atomic<int> too_many = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 2000; ++n)
                if (const auto place = limits.enter(address("192.0.2.1"))) {
                    too_many += ++inside > most ? 1 : 0;
                    --inside;
                }
        });
    for (auto& t : threads)
        t.join();
    CHECK(too_many == 0);
    CHECK(limits.enter(address("192.0.2.1")));
}
