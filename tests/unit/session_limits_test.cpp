#include "server/session_limits.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace objftpd;
using server::session_limits;
using verdict = session_limits::verdict;
using login_verdict = session_limits::login_verdict;
using place = std::unique_ptr<session_limits::place>;

namespace {

config::server_settings with_limits(std::size_t all, std::size_t per_address,
                                    std::size_t unauthenticated) {
    config::server_settings s;
    s.max_sessions = all;
    s.max_sessions_per_address = per_address;
    s.max_unauthenticated = unauthenticated;
    return s;
}

const auto one = asio::ip::make_address("192.0.2.1");
const auto two = asio::ip::make_address("192.0.2.2");
const auto three = asio::ip::make_address("192.0.2.3");

place admitted(session_limits& limits, const asio::ip::address& from) {
    place taken;
    CHECK(limits.enter(from, taken) == verdict::admitted);
    REQUIRE(taken);
    return taken;
}

verdict refused(session_limits& limits, const asio::ip::address& from) {
    place taken;
    const auto v = limits.enter(from, taken);
    CHECK_FALSE(taken);
    return v;
}

} // namespace

TEST_CASE("sessions are counted while their places are held") {
    session_limits limits(with_limits(10, 10, 10));
    CHECK(limits.sessions() == 0);
    {
        const auto a = admitted(limits, one);
        const auto b = admitted(limits, two);
        CHECK(limits.sessions() == 2);
    }
    CHECK(limits.sessions() == 0);
}

TEST_CASE("no more sessions than allowed in all") {
    session_limits limits(with_limits(2, 10, 10));
    auto a = admitted(limits, one);
    const auto b = admitted(limits, two);
    CHECK(refused(limits, three) == verdict::too_many);
    a.reset();
    admitted(limits, three);
}

TEST_CASE("no more sessions than allowed from one address") {
    session_limits limits(with_limits(10, 1, 10));
    auto a = admitted(limits, one);
    CHECK(refused(limits, one) == verdict::too_many_from_address);
    const auto b = admitted(limits, two);
    a.reset();
    admitted(limits, one);
}

TEST_CASE("addresses of one IPv6 /64 network count as one") {
    session_limits limits(with_limits(10, 1, 10));
    const auto a = admitted(limits, asio::ip::make_address("2001:db8:1:2::1"));
    CHECK(refused(limits, asio::ip::make_address("2001:db8:1:2:ffff::2")) ==
          verdict::too_many_from_address);
    admitted(limits, asio::ip::make_address("2001:db8:1:3::1"));
}

TEST_CASE("no more sessions than allowed before login, and from one address half of them") {
    session_limits limits(with_limits(10, 10, 4));
    const auto a = admitted(limits, one);
    const auto b = admitted(limits, one);
    CHECK(refused(limits, one) == verdict::too_many_unauthenticated);
    const auto c = admitted(limits, two);
    const auto d = admitted(limits, two);
    CHECK(refused(limits, three) == verdict::too_many_unauthenticated);
    CHECK(limits.log_in(*a, "alice", 0) == login_verdict::admitted);
    admitted(limits, one);
}

TEST_CASE("one place before login is enough to log in") {
    session_limits limits(with_limits(10, 10, 1));
    const auto a = admitted(limits, one);
    CHECK(refused(limits, two) == verdict::too_many_unauthenticated);
    limits.log_in(*a, "alice", 0);
    admitted(limits, two);
}

TEST_CASE("a user has no more sessions than allowed, others are not counted") {
    session_limits limits(with_limits(10, 10, 10));
    auto a = admitted(limits, one);
    const auto b = admitted(limits, one);
    const auto c = admitted(limits, one);
    CHECK(limits.log_in(*a, "alice", 1) == login_verdict::admitted);
    CHECK(limits.log_in(*b, "alice", 1) == login_verdict::too_many);
    CHECK(limits.log_in(*b, "bob", 1) == login_verdict::admitted);
    CHECK(limits.log_in(*c, "alice", 1) == login_verdict::too_many);
    a.reset();
    CHECK(limits.log_in(*c, "alice", 1) == login_verdict::admitted);
}

TEST_CASE("zero means any number of sessions of a user") {
    session_limits limits(with_limits(100, 100, 100));
    std::vector<place> places;
    for (int i = 0; i < 50; ++i) {
        places.push_back(admitted(limits, one));
        CHECK(limits.log_in(*places.back(), "alice", 0) == login_verdict::admitted);
    }
}

TEST_CASE("who logs out counts as not logged in again") {
    session_limits limits(with_limits(10, 10, 2));
    const auto a = admitted(limits, one);
    limits.log_in(*a, "alice", 1);
    const auto b = admitted(limits, two);
    limits.log_out(*a);
    CHECK(refused(limits, three) == verdict::too_many_unauthenticated);
    CHECK(limits.log_in(*b, "alice", 1) == login_verdict::admitted);
    limits.log_out(*a); // once more does no harm
    limits.log_out(*a);
    const auto c = admitted(limits, three);
    CHECK(limits.sessions() == 3);
}

TEST_CASE("counts stay right under many threads") {
    session_limits limits(with_limits(8, 8, 8));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&limits, &from = t % 2 == 0 ? one : two] {
            for (int i = 0; i < 2000; ++i) {
                place taken;
                if (limits.enter(from, taken) != verdict::admitted)
                    continue;
                limits.log_in(*taken, "alice", 3);
                limits.log_out(*taken);
            }
        });
    for (auto& t : threads)
        t.join();
    CHECK(limits.sessions() == 0);
    std::vector<place> places;
    for (int i = 0; i < 4; ++i) {
        places.push_back(admitted(limits, one));
        places.push_back(admitted(limits, two));
    }
    CHECK(refused(limits, three) == verdict::too_many);
}
