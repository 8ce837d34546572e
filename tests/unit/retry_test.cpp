#include "storage/layers/retry.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;
using storage::errc;
using storage::rest::call;
using storage::rest::operation;

namespace {

class retry_test {
public:
    error_code send(unsigned attempts = 4) {
        storage::layers::retry_settings settings;
        settings.attempts = attempts;
        settings.outage_patience = patience;
        settings.now = [this] { return now; };
        settings.sleep = [this](std::chrono::nanoseconds time, std::stop_token ended) {
            return sleep(time, std::move(ended));
        };
        if (!layer_)
            layer_ = std::make_shared<storage::layers::retry>(store, settings, budget);
        call c(what, "HEAD", "key");
        c.stop = stop.get_token();
        c.no_more_attempts = no_more.get_token();
        return loop_.run(layer_->send(c)).failed;
    }
    awaitable<void> sleep(std::chrono::nanoseconds time, std::stop_token ended) {
        waits.push_back(time);
        if (on_sleep)
            on_sleep();
        if (!ended.stop_requested())
            now += time;
        co_return;
    }
    std::chrono::nanoseconds waited() const {
        return std::accumulate(waits.begin(), waits.end(), std::chrono::nanoseconds());
    }
    void fails(int times, error_code with = errc::unavailable) { store->fails(times, with); }

private:
    event_loop loop_;

public:
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop_.context().get_executor());
    std::shared_ptr<storage::layers::retry_budget> budget =
        std::make_shared<storage::layers::retry_budget>(100);
    std::stop_source stop;
    std::stop_source no_more;
    std::chrono::milliseconds patience = 60s;
    storage::layers::retry_settings::clock::time_point now{};
    std::function<void()> on_sleep;
    operation what = operation::head_object;
    std::vector<std::chrono::nanoseconds> waits; // between attempts; they pass at once

private:
    std::shared_ptr<storage::layers::retry> layer_;
};

} // namespace

TEST_CASE_METHOD(retry_test, "what succeeds is sent once") {
    CHECK_FALSE(send());
    CHECK(store->sent == 1);
}

TEST_CASE_METHOD(retry_test, "what may pass is sent again") {
    fails(3);
    CHECK_FALSE(send());
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(retry_test, "the number of attempts is bounded") {
    fails(10);
    CHECK(send() == errc::unavailable);
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(retry_test, "what cannot pass is not repeated") {
    fails(1, errc::not_found);
    CHECK(send() == errc::not_found);
    CHECK(store->sent == 1);
}

TEST_CASE_METHOD(retry_test, "a store that only fails is no longer asked twice") {
    constexpr int calls = 100;
    fails(1000);
    for (int i = 0; i < calls; ++i)
        CHECK(send(2) == errc::unavailable);
    CHECK(store->sent < calls + 60);
}

TEST_CASE_METHOD(retry_test, "answers that are good again allow repetitions again") {
    fails(200);
    for (int i = 0; i < 100; ++i)
        send(2);
    store->failures.clear();
    for (int i = 0; i < 20; ++i)
        send(2);
    fails(1);
    CHECK_FALSE(send(2));
}

TEST_CASE_METHOD(retry_test, "a stop between two attempts ends the call") {
    fails(10);
    store->on_send = [&] { stop.request_stop(); };
    CHECK(send() == asio::error::operation_aborted);
    CHECK(store->sent == 1);
}

TEST_CASE_METHOD(retry_test, "a store that asks for fewer requests is asked again") {
    store->fails(3, {errc::throttled, 503, "SlowDown", {}});
    CHECK_FALSE(send());
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(retry_test, "waits are random, double and have a bound") {
    fails(1000);
    for (int i = 0; i < 20; ++i)
        send(8);
    REQUIRE(waits.size() >= 30);
    CHECK(waits[0] <= 200ms);
    CHECK(waits[1] <= 400ms);
    CHECK(waits[2] <= 800ms);
    CHECK(*std::ranges::max_element(waits) <= 20s);
    CHECK(*std::ranges::min_element(waits) != *std::ranges::max_element(waits));
}

TEST_CASE_METHOD(retry_test,
                 "the wait that a store asks for is kept, and no longer than sensible") {
    store->fails(1, {errc::throttled, 503, "SlowDown", 3s});
    store->fails(1, {errc::throttled, 503, "SlowDown", 1h});
    CHECK_FALSE(send());
    CHECK(waits == std::vector<std::chrono::nanoseconds>{3s, 20s});
}

TEST_CASE_METHOD(retry_test, "aborting an upload is repeated for minutes, even at a sick store") {
    fails(1000);
    for (int i = 0; i < 100; ++i)
        send(2);
    what = operation::abort_upload;
    const auto before = store->sent;
    CHECK(send() == errc::unavailable);
    CHECK(store->sent == before + 30);
}

TEST_CASE_METHOD(retry_test, "what has begun is sent again until the store is back") {
    what = GENERATE(operation::upload_part, operation::copy_part, operation::complete_upload);
    const auto back = now + 55s;
    fails(1000);
    store->on_send = [&] {
        if (now >= back)
            store->failures.clear();
    };
    CHECK_FALSE(send());
    CHECK(waited() >= 55s);
    CHECK(*std::ranges::max_element(waits) <= 3s);
}

TEST_CASE_METHOD(retry_test, "the patience with a store that does not come back is bounded") {
    what = operation::upload_part;
    fails(1000);
    SECTION("by time") {
        CHECK(send() == errc::unavailable);
        CHECK(waited() >= 60s);
        CHECK(waited() <= 63s);
        CHECK(store->sent < 100);
    }
    SECTION("by attempts, where there is no patience") {
        patience = 0s;
        CHECK(send() == errc::unavailable);
        CHECK(store->sent == 4);
    }
    SECTION("by attempts, where each takes longer") {
        store->on_send = [&] { now += 5min; };
        CHECK(send() == errc::unavailable);
        CHECK(store->sent == 4);
    }
}

TEST_CASE_METHOD(retry_test, "a store that asks for fewer requests for long gets all parts") {
    what = operation::upload_part;
    store->fails(10, {errc::throttled, 503, "SlowDown", 2s});
    CHECK_FALSE(send());
    CHECK(store->sent == 11);
    CHECK(waited() >= 20s);
}

TEST_CASE_METHOD(retry_test, "what is wrong with one request is no outage") {
    what = operation::upload_part;
    fails(1000, errc::checksum_mismatch);
    CHECK(send() == errc::checksum_mismatch);
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(retry_test, "connections of ours that are all busy are not waited for again") {
    what = GENERATE(operation::upload_part, operation::head_object);
    scripted_transport::failure busy;
    busy.with = errc::unavailable;
    busy.no_connection = true;
    store->fails(10, busy);
    CHECK(send() == errc::unavailable);
    CHECK(store->sent == 1);
}

TEST_CASE_METHOD(retry_test, "who needs no more attempts, or none at all, waits for none") {
    what = operation::complete_upload;
    fails(1000);
    SECTION("no more") {
        on_sleep = [&] { no_more.request_stop(); };
        CHECK(send() == errc::unavailable);
    }
    SECTION("none at all") {
        on_sleep = [&] { stop.request_stop(); };
        CHECK(send() == asio::error::operation_aborted);
    }
    CHECK(store->sent == 1);
    CHECK(now.time_since_epoch() == 0s); // the wait was cut short
}

TEST_CASE_METHOD(retry_test, "what has begun is repeated though the others' budget is used up") {
    fails(200);
    for (int i = 0; i < 100; ++i)
        send(2);
    store->failures.clear();
    what = operation::upload_part;
    fails(10);
    CHECK_FALSE(send());
}

TEST_CASE("so many repetitions have their turn in a second, and none waits for ever") {
    storage::layers::retry_budget budget(100);
    const storage::layers::retry_budget::clock::time_point now{};
    std::chrono::nanoseconds last{};
    for (int i = 0; i <= 500; ++i)
        last = budget.turn(now, 5s).value();
    CHECK(last == 5s);
    CHECK_FALSE(budget.turn(now, 5s));
    CHECK(budget.turn(now + 6s, 5s) == std::chrono::nanoseconds());
}
