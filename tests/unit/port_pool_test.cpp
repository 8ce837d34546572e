#include "server/data/port_pool.hpp"

#include "tests/support/results.hpp"
#include "tests/support/tcp_socket.hpp"

#include <boost/asio/error.hpp>

#include <atomic>
#include <set>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using server::port_pool;

namespace {

const auto loopback = asio::ip::make_address("127.0.0.1");
const auto another = asio::ip::make_address("127.0.0.2");

// Below the ports that the system gives to outgoing connections.
constexpr std::uint16_t first = 21'200;

error_code listen_error(port_pool& pool, const asio::ip::address& local = loopback) {
    return error_of(pool.listen(local));
}

// A client connects, and the session takes the connection.
void serve(port_pool::lease& lease, const asio::ip::address& local = loopback) {
    const auto client = tcp_socket::connect({local, lease.port()});
    const int fd = ::accept(lease.native_handle(), nullptr, nullptr);
    CHECK(fd >= 0);
    ::close(fd);
    lease.served();
}

} // namespace

TEST_CASE("without a range the system chooses the port") {
    port_pool pool({0, 0});
    auto one = value_of(pool.listen(loopback));
    const auto two = value_of(pool.listen(loopback));
    CHECK(one.port() != 0);
    CHECK(one.port() != two.port());
    serve(one);
}

TEST_CASE("each port of the range is given to one at a time") {
    port_pool pool({first, first + 9});
    std::vector<port_pool::lease> leases;
    std::set<std::uint16_t> ports;
    for (int i = 0; i < 10; ++i) {
        leases.push_back(value_of(pool.listen(loopback)));
        ports.insert(leases.back().port());
    }
    CHECK(ports.size() == 10);
    CHECK(*ports.begin() == first);
    CHECK(*ports.rbegin() == first + 9);
    CHECK(listen_error(pool) == asio::error::address_in_use);
    const auto freed = leases.back().port();
    leases.pop_back();
    CHECK(value_of(pool.listen(loopback)).port() == freed);
}

TEST_CASE("ports are not given out in an order that can be guessed") {
    port_pool pool({first, first + 99});
    std::set<std::uint16_t> begins;
    for (int i = 0; i < 20; ++i)
        begins.insert(value_of(pool.listen(loopback)).port());
    CHECK(begins.size() > 3);
}

TEST_CASE("a port that somebody else uses is passed over") {
    const auto foreign = tcp_socket::listen({loopback, first});
    port_pool pool({first, first + 1});
    const auto lease = value_of(pool.listen(loopback));
    CHECK(lease.port() == first + 1);
    CHECK(listen_error(pool) == asio::error::address_in_use);
}

TEST_CASE("an address that is not ours is an error and takes no port") {
    port_pool pool({first, first});
    CHECK(listen_error(pool, asio::ip::make_address("192.0.2.1")).value() == EADDRNOTAVAIL);
    value_of(pool.listen(loopback));
}

TEST_CASE("a lease listens on its address only") {
    port_pool pool({0, 0});
    const auto lease = value_of(pool.listen(loopback));
    CHECK_THROWS(tcp_socket::connect({another, lease.port()}));
}

TEST_CASE("who waits at a port that was given back does not get into the next session") {
    port_pool pool({first, first});
    {
        auto lease = value_of(pool.listen(loopback));
        serve(lease);
    }
    tcp_socket stranger;
    try {
        stranger = tcp_socket::connect({loopback, first});
    } catch (const std::runtime_error&) { // even better
    }
    const auto next = value_of(pool.listen(loopback));
    CHECK(::accept(next.native_handle(), nullptr, nullptr) < 0);
}

TEST_CASE("a promise that was not kept leaves nobody waiting") {
    port_pool pool({first, first});
    {
        const auto lease = value_of(pool.listen(loopback));
        const auto early = tcp_socket::connect({loopback, lease.port()});
    }
    CHECK_THROWS(tcp_socket::connect({loopback, first}));
    auto next = value_of(pool.listen(loopback));
    serve(next);
}

TEST_CASE("a port that one address has used is free for another") {
    port_pool pool({first, first + 1});
    for (int round = 0; round < 3; ++round) {
        auto one = value_of(pool.listen(loopback));
        auto two = value_of(pool.listen(loopback));
        serve(one);
        serve(two);
    }
    auto elsewhere = value_of(pool.listen(another));
    serve(elsewhere, another);
}

TEST_CASE("sockets that are kept are closed when nobody wants them") {
    port_pool pool({first, first});
    {
        auto lease = value_of(pool.listen(loopback));
        serve(lease);
    }
    pool.close_idle(port_pool::clock::now() + std::chrono::hours(1));
    CHECK_THROWS(tcp_socket::connect({loopback, first}));
    value_of(pool.listen(loopback));
}

TEST_CASE("many sessions may ask for ports at once") {
    port_pool pool({first, first + 19});
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i)
                if (!pool.listen(loopback))
                    ++failures;
        });
    for (auto& t : threads)
        t.join();
    CHECK(failures == 0);
}
