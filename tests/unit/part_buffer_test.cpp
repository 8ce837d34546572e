#include "storage/rest/part_buffer.hpp"
#include "tests/support/event_loop.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <string>

using namespace objftpd;
using namespace objftpd::tests;
using storage::memory_budget;
using storage::rest::part_buffer;

TEST_CASE("others have their turn while the MD5 of a long part is computed, which is done once") {
    constexpr std::size_t size = 4 << 20; // bytes
    const auto memory = std::make_shared<memory_budget>(2 * size);
    const auto member = memory->join();
    const std::string bytes(size, 'x');
    part_buffer::sums wanted;
    wanted.md5 = false;
    part_buffer part(size, wanted);
    while (!part.full()) {
        if (part.needs_chunk())
            part.add(memory->try_take(member));
        part.append(std::string_view(bytes).substr(0, size - part.size()));
    }
    part.finish();
    CHECK_FALSE(part.has_md5());

    event_loop loop;
    loop.leave_background();
    int turns = 0;
    const std::function<void()> another = [&] {
        ++turns;
        asio::post(loop.context(), another);
    };
    asio::post(loop.context(), another);
    loop.run(part.know_md5());
    CHECK(turns > 10);
    CHECK(part.md5() == storage::md5::of(bytes));
    turns = 0;
    loop.run(part.know_md5());
    CHECK(turns < 5);
}
