#include "storage/memory_budget.hpp"
#include "tests/support/event_loop.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <list>
#include <optional>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using storage::memory_budget;

namespace {

constexpr std::size_t chunk_size = memory_budget::chunk_size;
const std::stop_token never;
constexpr std::size_t beyond = 32; // chunks: see memory_budget.cpp

std::vector<memory_budget::chunk> take_all(memory_budget& budget,
                                           const std::shared_ptr<memory_budget::member>& who) {
    std::vector<memory_budget::chunk> all;
    while (auto chunk = budget.try_take(who))
        all.push_back(std::move(chunk));
    return all;
}

} // namespace

TEST_CASE("a budget gives out what it has and takes it back") {
    const auto budget = std::make_shared<memory_budget>(4 * chunk_size);
    const auto one = budget->join();
    auto all = take_all(*budget, one);
    CHECK(all.size() == 4);
    CHECK(budget->used() == 4 * chunk_size);
    all.clear();
    CHECK(budget->used() == 0);
    CHECK(take_all(*budget, one).size() == 4);
}

TEST_CASE("a budget of nothing still lets uploads go on, one chunk at a time") {
    const auto budget = std::make_shared<memory_budget>(0);
    CHECK(budget->try_take(budget->join()));
}

TEST_CASE("who waits gets the next chunk that comes back") {
    event_loop loop;
    const auto budget = std::make_shared<memory_budget>(2 * chunk_size);
    const auto one = budget->join();
    const auto two = budget->join();
    auto all = take_all(*budget, one);
    bool served = false;
    const auto wait = [&]() -> awaitable<void> {
        const auto chunk = co_await budget->take(two, never);
        served = static_cast<bool>(chunk);
    };
    loop.start(wait());
    const auto give_back = [&]() -> awaitable<void> {
        all.pop_back();
        co_return;
    };
    loop.run(give_back());
    CHECK(served);
}

TEST_CASE("while somebody waits nobody gets more than a share") {
    event_loop loop;
    const auto budget = std::make_shared<memory_budget>(4 * chunk_size);
    const auto greedy = budget->join();
    const auto modest = budget->join();
    auto all = take_all(*budget, greedy);
    REQUIRE(all.size() == 4);
    std::vector<memory_budget::chunk> got;
    const auto wait = [&]() -> awaitable<void> {
        for (int i = 0; i < 2; ++i)
            got.push_back(co_await budget->take(modest, never));
    };
    const auto give_back = [&]() -> awaitable<void> {
        all.pop_back();
        CHECK_FALSE(budget->try_take(greedy));
        all.pop_back();
        CHECK_FALSE(budget->try_take(greedy));
        co_return;
    };
    loop.start(wait());
    loop.run(give_back());
    CHECK(got.size() == 2);
}

TEST_CASE("uploads that all need more cannot wait for each other for ever") {
    event_loop loop;
    const auto budget = std::make_shared<memory_budget>(2 * chunk_size);
    const auto one = budget->join();
    const auto two = budget->join();
    std::vector<memory_budget::chunk> of_one;
    std::vector<memory_budget::chunk> of_two;
    of_one.push_back(budget->try_take(one));
    of_two.push_back(budget->try_take(two));
    // Each needs 20 chunks before it can store them and give them back.
    const auto fill = [&](const auto& who, auto& held) -> awaitable<void> {
        while (held.size() < 20)
            held.push_back(co_await budget->take(who, never));
        held.clear();
    };
    loop.start(fill(one, of_one));
    loop.run(fill(two, of_two));
    CHECK(budget->used() == 0);
}

TEST_CASE("whoever goes beyond the budget does so by a bounded number of chunks") {
    const auto budget = std::make_shared<memory_budget>(2 * chunk_size);
    event_loop loop;
    const auto one = budget->join();
    std::stop_source stop;
    std::vector<memory_budget::chunk> held;
    const auto fill = [&]() -> awaitable<void> {
        while (auto chunk = co_await budget->take(one, stop.get_token())) {
            held.push_back(std::move(chunk));
            if (held.size() == 2 + beyond)
                asio::post(loop.context(), [&] { stop.request_stop(); });
        }
    };
    loop.run(fill());
    CHECK(held.size() == 2 + beyond);
}

namespace {

/// A budget of four chunks that is used up, and whoever needs more.
class used_up_budget {
public:
    used_up_budget() { all_ = take_all(*budget, budget->join()); }

    /// Begins to take chunks, one after the other.
    std::vector<memory_budget::chunk>& begin(std::size_t chunks) {
        held_.emplace_back();
        const auto take = [](used_up_budget& self, auto& held, auto wanted) -> awaitable<void> {
            const auto me = self.budget->join();
            while (held.size() < wanted && !self.stop.stop_requested())
                if (auto chunk = co_await self.budget->take(me, self.stop.get_token()))
                    held.push_back(std::move(chunk));
        };
        loop.start(take(*this, held_.back(), chunks));
        go_on();
        return held_.back();
    }
    void go_on() {
        loop.context().restart();
        loop.context().poll();
    }
    /// What waits in the loop ends.
    void end() {
        stop.request_stop();
        go_on();
    }

    event_loop loop;
    std::stop_source stop;
    memory_budget::clock::time_point now{};
    std::shared_ptr<memory_budget> budget =
        std::make_shared<memory_budget>(4 * chunk_size, [this] { return now; });

private:
    std::vector<memory_budget::chunk> all_;
    std::list<std::vector<memory_budget::chunk>> held_;
};

} // namespace

TEST_CASE("who has stored what it took beyond the budget lets the next one go beyond") {
    used_up_budget test;
    auto& first = test.begin(20);
    auto& second = test.begin(20);
    CHECK(first.size() == 20);
    CHECK(second.empty());
    first.clear();
    test.go_on();
    CHECK(second.size() == 20);
    test.end();
}

TEST_CASE("who goes beyond the budget and is slow does not stop the others") {
    used_up_budget test;
    auto& slow = test.begin(3);
    auto& second = test.begin(20);
    test.now += std::chrono::seconds(9);
    auto& third = test.begin(20);
    CHECK(slow.size() == 3);
    CHECK(second.empty());
    test.now += std::chrono::seconds(1);
    auto& fourth = test.begin(20); // whoever comes looks at the time
    CHECK(second.size() == 20);
    CHECK(third.empty());
    CHECK(fourth.empty());
    second.clear();
    test.go_on();
    CHECK(third.size() == 20);
    test.end();
}

TEST_CASE("few go beyond the budget at the same time, however slow they are") {
    used_up_budget test;
    std::size_t beyond_it = 0;
    for (int i = 0; i < 20; ++i) {
        test.begin(1);
        test.now += std::chrono::seconds(11);
    }
    beyond_it = test.budget->used() / chunk_size - 4;
    CHECK(beyond_it == 4);
    test.end();
}

TEST_CASE("who could do without more is told when it has gone beyond the budget in vain") {
    event_loop loop;
    const auto budget = std::make_shared<memory_budget>(4 * chunk_size);
    const auto slow = budget->join();
    const auto all = take_all(*budget, slow);
    const auto one = budget->join();
    std::vector<memory_budget::chunk> held;
    const auto fill = [&]() -> awaitable<void> {
        const auto kept = [&] { return held.size() * chunk_size; };
        while (auto chunk = co_await budget->take_unless_in_vain(one, kept(), never))
            held.push_back(std::move(chunk));
    };
    loop.run(fill());
    CHECK(held.size() == beyond);
}

TEST_CASE("who could do without more waits for 10 s, unless something of its own comes back") {
    event_loop loop;
    memory_budget::clock::time_point now{};
    const auto budget = std::make_shared<memory_budget>(2 * chunk_size, [&] {
        now += std::chrono::seconds(4); // a while between any two questions
        return now;
    });
    const auto one = budget->join();
    auto in_hand = budget->try_take(one);
    auto on_its_way = budget->try_take(one);
    // All that may go beyond the budget do, and are slow.
    std::vector<std::shared_ptr<memory_budget::member>> slow;
    std::vector<memory_budget::chunk> held;
    for (int i = 0; i < 4; ++i)
        held.push_back(loop.run(budget->take(slow.emplace_back(budget->join()), never)));

    std::optional<bool> served;
    const auto wait = [&]() -> awaitable<void> {
        const auto chunk = co_await budget->take_unless_in_vain(one, chunk_size, never);
        served = static_cast<bool>(chunk);
    };
    loop.start(wait());
    loop.context().restart();
    loop.context().poll();
    CHECK_FALSE(served);
    on_its_way = memory_budget::chunk(); // others hold more than there is
    loop.context().restart();
    loop.context().poll();
    CHECK(served == false);
}

TEST_CASE("what is within reach is a share, or what may be taken beyond the budget") {
    const auto budget = std::make_shared<memory_budget>(128 << 20);
    const auto one = budget->join();
    CHECK(budget->within_reach() == budget->size());
    const auto two = budget->join();
    CHECK(budget->within_reach() == budget->size() / 2);
    std::vector<std::shared_ptr<memory_budget::member>> many;
    for (int i = 0; i < 100; ++i)
        many.push_back(budget->join());
    CHECK(budget->within_reach() == beyond * chunk_size);
}

TEST_CASE("a wait ends when it is stopped, and takes nothing") {
    event_loop loop;
    const auto budget = std::make_shared<memory_budget>(2 * chunk_size);
    const auto one = budget->join();
    const auto two = budget->join();
    std::stop_source stop;
    auto all = take_all(*budget, one);
    for (std::size_t i = 0; i < beyond; ++i)
        all.push_back(loop.run(budget->take(one, never)));
    bool stopped = false;
    const auto wait = [&]() -> awaitable<void> {
        const auto chunk = co_await budget->take(two, stop.get_token());
        stopped = !chunk;
    };
    const auto end = [&]() -> awaitable<void> {
        stop.request_stop();
        co_return;
    };
    loop.start(wait());
    loop.run(end());
    CHECK(stopped);
    all.clear();
    CHECK(budget->used() == 0);
}

TEST_CASE("threads share one budget") {
    const auto budget = std::make_shared<memory_budget>(8 * chunk_size);
    const auto work = [&] {
        event_loop loop;
        const auto me = budget->join();
        const auto turns = [&]() -> awaitable<void> {
            for (int i = 0; i < 500; ++i) {
                std::vector<memory_budget::chunk> held;
                for (int n = 0; n < 3; ++n)
                    held.push_back(co_await budget->take(me, never));
                for (auto& chunk : held)
                    chunk.data()[0] = 'x';
            }
        };
        loop.run(turns());
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back(work);
    }
    CHECK(budget->used() == 0);
}

TEST_CASE("who can do without gets nothing of the half that is kept for others") {
    const auto budget = std::make_shared<memory_budget>(4 * chunk_size);
    const auto reader = budget->join_without_share();
    const auto writer = budget->join();
    auto first = budget->try_take_spare(reader);
    auto second = budget->try_take_spare(reader);
    CHECK(second);
    CHECK_FALSE(budget->try_take_spare(reader));
    CHECK(budget->try_take(writer));
}
