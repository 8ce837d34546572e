#include "storage/layers/retry.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <algorithm>
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
        settings.sleep = [this](std::chrono::nanoseconds time, std::stop_token) {
            return sleep(time);
        };
        if (!layer_)
            layer_ = std::make_shared<storage::layers::retry>(store, settings);
        call c(what, "HEAD", "key");
        c.stop = stop.get_token();
        return loop_.run(layer_->send(c)).failed;
    }
    awaitable<void> sleep(std::chrono::nanoseconds time) {
        waits.push_back(time);
        co_return;
    }
    void fails(int times, error_code with = errc::unavailable) { store->fails(times, with); }

private:
    event_loop loop_;

public:
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop_.context().get_executor());
    std::stop_source stop;
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
