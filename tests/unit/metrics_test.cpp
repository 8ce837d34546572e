#include "storage/layers/breaker.hpp"
#include "storage/layers/metrics.hpp"
#include "storage/layers/retry.hpp"
#include "storage/layers/throttle.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include "storage/error.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;

TEST_CASE("requests are counted by their kind") {
    event_loop loop;
    const auto store = std::make_shared<scripted_transport>(loop.context().get_executor());
    store->text = "four";
    const auto totals = std::make_shared<layers::request_totals>();
    layers::metrics counted(store, totals);
    rest::call put(rest::operation::put_object, "PUT", "key");
    const std::string body = "content";
    put.body.emplace_back(body);
    loop.run(counted.send(put));
    store->fails(1, errc::throttled);
    loop.run(counted.send(put));
    const rest::call uploads(rest::operation::list_uploads, "GET");
    loop.run(counted.send(uploads));

    const auto puts = totals->of(rest::operation::put_object);
    CHECK(puts.requests == 2);
    CHECK(puts.failures == 1);
    CHECK(puts.sent == 14);
    CHECK(puts.received == 8);
    CHECK(totals->of(rest::operation::list_uploads).requests == 1);
    CHECK(totals->of(rest::operation::get_object).requests == 0);
}

TEST_CASE("requests are counted by their time, and the slowest is remembered") {
    layers::request_totals totals;
    const rest::call head(rest::operation::head_object, "HEAD", "key");
    for (const auto time : {3ms, 10ms, 11ms, 1000ms, 9000ms, 11000ms, 5000ms})
        totals.add(head, rest::answer(), time);
    const auto heads = totals.of(rest::operation::head_object);
    CHECK(heads.by_time == std::array<std::uint64_t, 5>{2, 1, 1, 2, 1});
    CHECK(heads.slowest == 11s);
    CHECK(heads.time == 3ms + 10ms + 11ms + 1s + 9s + 11s + 5s);
}

TEST_CASE("what the layers in front of a store do shows in its totals") {
    event_loop loop;
    const auto store = std::make_shared<scripted_transport>(loop.context().get_executor());
    const auto totals = std::make_shared<layers::request_totals>();
    auto now = std::chrono::steady_clock::time_point();
    std::shared_ptr<rest::transport> way = std::make_shared<layers::metrics>(store, totals);
    layers::watch_settings gone;
    gone.failures = 3;
    gone.span = 0s;
    gone.now = [&] { return now; };
    gone.totals = totals;
    way = std::make_shared<layers::breaker>(way, std::make_shared<layers::store_watch>(gone));
    layers::queue_settings pace;
    pace.most_per_second = 2;
    pace.now = gone.now;
    pace.sleep = [&](std::chrono::nanoseconds time, std::stop_token) -> awaitable<void> {
        now += time;
        co_return;
    };
    pace.totals = totals;
    way = std::make_shared<layers::throttle>(way, std::make_shared<layers::request_queue>(pace));
    layers::retry_settings repetition;
    repetition.attempts = 3;
    repetition.sleep = [](std::chrono::nanoseconds, std::stop_token) -> awaitable<void> {
        co_return;
    };
    repetition.totals = totals;
    way = std::make_shared<layers::retry>(way, repetition);

    const rest::call head(rest::operation::head_object, "HEAD", "key");
    store->fails(1, errc::throttled);
    CHECK_FALSE(loop.run(way->send(head)).failed);
    store->fails(3);
    CHECK(loop.run(way->send(head)).failed); // three times, then the store is taken for gone
    CHECK(loop.run(way->send(head)).failed); // not sent
    const auto heads = totals->all().at(static_cast<std::size_t>(rest::operation::head_object));
    CHECK(heads.requests == 5);
    CHECK(heads.failures == 4);
    CHECK(heads.throttled == 1);
    CHECK(heads.repetitions == 3);
    CHECK(heads.refusals == 1);
    CHECK(heads.waiting == 2s); // two go at once, two in each second
}
