#include "server/protocol/ulid.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace objftpd::server;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

constexpr system_clock::time_point time_at(long since_1970) {
    return system_clock::time_point(milliseconds(since_1970));
}

} // namespace

TEST_CASE("a ULID is the time and chance in Crockford's base 32") {
    std::array<std::uint8_t, 10> chance{};
    CHECK(make_ulid(time_at(1'469'918'176'385), chance) == "01ARYZ6S410000000000000000");
    chance.fill(255);
    CHECK(make_ulid(time_at(0), chance) == "0000000000ZZZZZZZZZZZZZZZZ");
    chance = {0, 0, 0, 0, 1, 0, 0, 0, 0, 33};
    CHECK(make_ulid(time_at(31), chance) == "000000000Z0000000100000011");
}

TEST_CASE("ULIDs differ, and sort by time") {
    std::set<std::string> made;
    for (int i = 0; i < 1000; ++i)
        made.insert(make_ulid(time_at(1'000)));
    CHECK(made.size() == 1000);
    CHECK(make_ulid(time_at(1'001)) > *made.rbegin());
}
