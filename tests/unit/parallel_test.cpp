#include "config/parallel.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <new>
#include <vector>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE("the first error ends what is done at the same time, and is waited for by all of it") {
    event_loop loop;
    std::vector<std::size_t> ended;
    const auto work = [&](std::size_t i) -> awaitable<result<>> {
        if (i == 2)
            co_return error_code(asio::error::eof);
        co_await asio::post(asio::use_awaitable);
        ended.push_back(i);
        co_return result<>();
    };
    CHECK(error_of(loop.run(for_each_index(10, 3, work))) == asio::error::eof);
    CHECK(ended == std::vector<std::size_t>{0, 1});
}

TEST_CASE("a step that throws is an error like others, and nobody waits for it for ever") {
    event_loop loop;
    std::vector<std::size_t> ended;
    const auto work = [&](std::size_t i) -> awaitable<result<>> {
        if (i == 2)
            throw std::bad_alloc();
        co_await asio::post(asio::use_awaitable);
        ended.push_back(i);
        co_return result<>();
    };
    CHECK(error_of(loop.run(for_each_index(10, 3, work))) ==
          boost::system::errc::state_not_recoverable);
    CHECK(std::ranges::count(ended, 0u) + std::ranges::count(ended, 1u) == 2);
    CHECK(ended.size() < 9);
}
