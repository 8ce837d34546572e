#include "storage/layers/breaker.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;
using storage::errc;
using storage::layers::breaker;
using storage::layers::breaker_settings;

namespace {

class breaker_test {
public:
    error_code send() {
        const storage::rest::call c(storage::rest::operation::head_object, "HEAD", "key");
        return loop_.run(layer_.send(c)).failed;
    }
    void send(int times) {
        for (int i = 0; i < times; ++i)
            send();
    }

private:
    event_loop loop_;

    breaker_settings make_settings() {
        breaker_settings settings;
        settings.failures = 3;
        settings.pause = 5s;
        settings.now = [this] { return now; };
        return settings;
    }

public:
    breaker_settings::clock::time_point now{};
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop_.context().get_executor());

private:
    breaker layer_{store, make_settings()};
};

} // namespace

TEST_CASE_METHOD(breaker_test, "a store that does not answer is left alone for a while") {
    store->fails(100);
    send(10);
    CHECK(store->sent == 3);
    CHECK(send() == errc::unavailable);
    now += 4s;
    send();
    CHECK(store->sent == 3);
}

TEST_CASE_METHOD(breaker_test, "after the pause one call finds out whether the store is back") {
    store->fails(4);
    send(3);
    now += 5s;
    CHECK(send() == errc::unavailable);
    CHECK(store->sent == 4);
    CHECK(send() == errc::unavailable); // the pause begins anew
    CHECK(store->sent == 4);
    now += 5s;
    CHECK_FALSE(send());
    CHECK_FALSE(send());
    CHECK(store->sent == 6);
}

TEST_CASE_METHOD(breaker_test, "any answer shows that the store is there") {
    store->fails(2);
    store->fails(1, errc::not_found);
    store->fails(2);
    store->fails(1, errc::throttled);
    store->fails(2);
    send(8);
    CHECK(store->sent == 8);
    CHECK_FALSE(send());
}
