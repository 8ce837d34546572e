#include "storage/local/transfer_turn.hpp"
#include "tests/support/results.hpp"
#include "tests/support/tcp_socket.hpp"

#include <catch2/catch.hpp>

#include <deque>

using namespace objftpd;
using namespace objftpd::tests;
using storage::local::transfer_turn;
using namespace std::chrono_literals;

namespace {

using steps = std::deque<result<std::size_t>>;

result<std::size_t> turn(steps script, std::chrono::seconds late = {}) {
    const transfer_turn t(-1, transfer_turn::direction::in, transfer_turn::clock::now() - late);
    return t.move([&]() -> result<std::size_t> {
        REQUIRE_FALSE(script.empty());
        const auto next = script.front();
        script.pop_front();
        return next;
    });
}

const error_code would_block = asio::error::would_block;
const error_code interrupted = asio::error::interrupted;
const error_code reset = asio::error::connection_reset;

} // namespace

TEST_CASE("a turn moves bytes up to the end of the stream") {
    CHECK(value_of(turn({std::size_t{5}, std::size_t{7}, std::size_t{0}})) == 12);
    CHECK(value_of(turn({std::size_t{0}})) == 0);
}

TEST_CASE("a turn that comes late makes one step, and is not taken for the end of the stream") {
    CHECK(value_of(turn({std::size_t{5}}, 1h)) == 5);
    CHECK(value_of(turn({interrupted, std::size_t{5}}, 1h)) == 5);
    CHECK(turn({would_block}, 1h).error() == would_block);
    CHECK(value_of(turn({std::size_t{0}}, 1h)) == 0);
}

TEST_CASE("a turn without a byte would block, one with some returns them") {
    CHECK(turn({would_block}).error() == would_block);
    CHECK(value_of(turn({std::size_t{5}, would_block})) == 5);
}

TEST_CASE("a broken connection ends a turn with its error") {
    CHECK(turn({reset}).error() == reset);
    CHECK(turn({std::size_t{5}, reset}).error() == reset);
}
