#include "storage/layers/throttle.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;
using storage::errc;
using storage::layers::queue_settings;
using storage::layers::request_queue;
using storage::layers::throttle;
using storage::rest::call;
using storage::rest::operation;

namespace {

class throttle_test {
public:
    throttle_test() {
        settings.now = [this] { return now; };
        settings.sleep = [this](std::chrono::nanoseconds time, std::stop_token stop) {
            return sleep(time, std::move(stop));
        };
    }

    /// Time passes at once, unless the test holds it up or lets it pass for all together.
    awaitable<void> sleep(std::chrono::nanoseconds time, std::stop_token stop) {
        if (holds_time) {
            co_await sleep_for(24h, stop);
            co_return;
        }
        if (!passes_for_all) {
            now += time;
            co_return;
        }
        const auto end = now + time;
        const auto mine = sleepers_.insert(end);
        while (now < end)
            co_await woken_.wait();
        sleepers_.erase(mine);
    }

    /// From one sleeper's end to the next one's, until nobody sleeps.
    void let_time_pass() {
        for (;;) {
            poll();
            if (sleepers_.empty())
                return;
            now = *sleepers_.begin();
            woken_.notify();
        }
    }

    request_queue& line() { return *line_of_all(); }

    // Sends calls at the same time, and counts the answers.
    void begin(int calls, std::stop_token stop = {}) {
        call c(operation::head_object, "HEAD", "key");
        c.stop = std::move(stop);
        begin(calls, c);
    }
    void begin(int calls, const call& c) {
        const auto one = [this, c]() -> awaitable<void> {
            throttle layer(store, line_of_all());
            const auto a = co_await layer.send(c);
            ++(a.failed ? failed : answered);
        };
        running_.push_back(one);
        for (int i = 0; i < calls; ++i)
            loop.start(running_.back()());
    }
    void run() {
        loop.context().restart();
        loop.context().run();
    }
    /// As far as it goes without waiting.
    void poll() {
        loop.context().restart();
        loop.context().poll();
    }

    event_loop loop;
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop.context().get_executor());
    queue_settings settings;
    queue_settings::clock::time_point now{};
    bool holds_time = false;
    bool passes_for_all = false;
    int answered = 0;
    int failed = 0;

    const std::shared_ptr<request_queue>& line_of_all() {
        if (!line_)
            line_ = std::make_shared<request_queue>(settings);
        return line_;
    }

private:
    std::multiset<queue_settings::clock::time_point> sleepers_;
    async_signal woken_{loop.context().get_executor()};
    std::list<std::function<awaitable<void>()>> running_;
    std::shared_ptr<request_queue> line_;
};

} // namespace

TEST_CASE_METHOD(throttle_test, "no more calls are on their way than allowed, and all get there") {
    settings.most_at_once = 3;
    store->holds = true;
    begin(20);
    loop.context().poll();
    CHECK(store->running == 3);
    store->release();
    run();
    CHECK(store->most_running == 3);
    CHECK(answered == 20);
}

TEST_CASE_METHOD(throttle_test, "a store that asks for fewer gets half as many, once in a second") {
    settings.most_at_once = 64;
    store->fails(5, errc::throttled);
    now += 10s;
    begin(5);
    run();
    CHECK(line().limit() == 32);
    store->fails(1, errc::throttled);
    now += 2s;
    begin(1);
    run();
    CHECK(line().limit() == 16);
}

TEST_CASE_METHOD(throttle_test, "good answers let the number grow again, up to what is allowed") {
    settings.most_at_once = 8;
    now += 10s;
    store->fails(1, errc::throttled);
    begin(1);
    run();
    CHECK(line().limit() == 4);
    begin(4);
    run();
    CHECK(line().limit() > 4.7);
    begin(200);
    run();
    CHECK(line().limit() == 8);
}

TEST_CASE_METHOD(throttle_test, "whoever is told to stop leaves the line") {
    settings.most_at_once = 1;
    store->holds = true;
    std::stop_source stop;
    begin(1);
    begin(3, stop.get_token());
    begin(1);
    loop.context().poll();
    stop.request_stop();
    poll();
    CHECK(failed == 3);
    store->release();
    run();
    CHECK(answered == 2);
}

TEST_CASE_METHOD(throttle_test, "the rate of calls is bounded") {
    settings.most_per_second = 1000;
    begin(1000); // what was saved up
    run();
    CHECK(answered == 1000);
    const auto begun = now;
    begin(50);
    run();
    CHECK(answered == 1050);
    CHECK(now - begun >= 50ms);
    CHECK(now - begun < 51ms);
}

TEST_CASE_METHOD(throttle_test,
                 "a list weighs as much as the keys it asks for, where that counts") {
    settings.most_per_second = 100;
    call list(operation::list_objects, "GET");
    list.query.emplace_back("max-keys", "1000");
    SECTION("where it does") {
        settings.lists_count_keys = true;
        begin(1, list);
        run();
        CHECK(now.time_since_epoch() == 0s); // what was saved up
        begin(1);
        run();
        CHECK(now.time_since_epoch() > 9s);
        CHECK(now.time_since_epoch() < 10s);
    }
    SECTION("where it does not") {
        begin(100, list);
        run();
        CHECK(now.time_since_epoch() == 0s);
    }
    CHECK(failed == 0);
}

TEST_CASE_METHOD(throttle_test, "a list that is stopped while it waits has used nothing up") {
    settings.most_per_second = 100;
    settings.lists_count_keys = true;
    begin(100);
    run();
    std::stop_source stop;
    call list(operation::list_objects, "GET");
    list.query.emplace_back("max-keys", "1000");
    list.stop = stop.get_token();
    holds_time = true;
    begin(10, list);
    poll();
    CHECK(store->sent == 100);
    stop.request_stop();
    holds_time = false;
    run();
    CHECK(failed == 10);
    begin(1);
    run();
    CHECK(now.time_since_epoch() <= 10ms);
}

TEST_CASE_METHOD(throttle_test, "who waits for the rate takes no place of those on their way") {
    settings.most_per_second = 1;
    settings.most_at_once = 1;
    begin(1);
    run();
    holds_time = true;
    std::stop_source stop;
    begin(1, stop.get_token()); // waits for the rate
    poll();
    CHECK(store->most_running == 1);
    CHECK(line().running() == 0);
    stop.request_stop();
    run();
}

TEST_CASE_METHOD(throttle_test, "the buckets of a store have one limit together") {
    const auto line = [&] {
        settings.most_at_once = 3;
        return std::make_shared<request_queue>(settings);
    }();
    throttle one(store, line);
    throttle other(store, line);
    store->holds = true;
    const call c(operation::head_object, "HEAD", "key");
    const auto ask = [&](throttle& bucket) -> awaitable<void> {
        const auto a = co_await bucket.send(c);
        ++(a.failed ? failed : answered);
    };
    for (int i = 0; i < 5; ++i) {
        loop.start(ask(one));
        loop.start(ask(other));
    }
    loop.context().poll();
    CHECK(store->running == 3);
    CHECK(line->running() == 3);
    store->release();
    run();
    CHECK(store->most_running == 3);
    CHECK(answered == 10);
}

TEST_CASE_METHOD(throttle_test, "copies that take long leave others half of the number") {
    settings.most_at_once = 4;
    store->holds = true;
    const call copy(operation::copy_part, "PUT", "key");
    begin(10, copy);
    loop.context().poll();
    CHECK(store->running == 2);
    begin(10);
    loop.context().poll();
    CHECK(store->running == 4);
    store->release();
    run();
    CHECK(answered == 20);
    CHECK(store->most_running <= 4);
}

TEST_CASE_METHOD(throttle_test, "many copies do not take the rate from a list that needs more") {
    settings.most_per_second = 100;
    settings.lists_count_keys = true;
    begin(100); // what was saved up
    run();
    const auto begun = now;
    passes_for_all = true;
    begin(1000, call(operation::copy_object, "PUT", "key"));
    call list(operation::list_objects, "GET");
    list.query.emplace_back("max-keys", "1000");
    auto listed = begun;
    const auto one = [&]() -> awaitable<void> {
        throttle layer(store, line_of_all());
        const auto a = co_await layer.send(list);
        CHECK_FALSE(a.failed);
        listed = now;
    };
    loop.start(one());
    let_time_pass();
    CHECK(answered == 1100);
    CHECK(listed - begun < 2s);
}

TEST_CASE_METHOD(throttle_test, "however few a store asks for, a long copy leaves a place") {
    settings.most_at_once = 64;
    for (int waves = 0; waves < 10; ++waves) {
        now += 2s;
        store->fails(1, errc::throttled);
        begin(1);
        run();
    }
    CHECK(line().limit() == 2);
    store->holds = true;
    begin(3, call(operation::copy_object, "PUT", "key"));
    poll();
    CHECK(store->running == 1);
    begin(1);
    loop.context().poll();
    CHECK(store->running == 2);
    store->release();
    run();
}

TEST_CASE_METHOD(throttle_test, "that an object is not there is a good answer, too") {
    settings.most_at_once = 8;
    now += 10s;
    store->fails(1, errc::throttled);
    begin(1);
    run();
    CHECK(line().limit() == 4);
    store->fails(200, {errc::not_found, 404, {}, {}});
    begin(200);
    run();
    CHECK(line().limit() == 8);
}
