#include "storage/layers/breaker.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

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
        return answer_to(c).failed;
    }
    storage::rest::answer answer_to(const storage::rest::call& c) {
        return loop_.run(layer_.send(c));
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

TEST_CASE_METHOD(breaker_test,
                 "a probe that ends with an exception does not close the way for ever") {
    store->fails(3);
    send(3);
    now += 5s;
    store->on_send = [] { throw std::runtime_error("no memory"); };
    CHECK_THROWS(send());
    store->on_send = {};
    CHECK_FALSE(send());
}

TEST_CASE_METHOD(breaker_test, "a store that fails with a status counts as gone") {
    const auto how =
        GENERATE(as<scripted_transport::failure>(),
                 scripted_transport::failure{errc::unavailable, 500, "InternalError", {}},
                 scripted_transport::failure{errc::unavailable, 502, "", {}},
                 scripted_transport::failure{errc::throttled, 503, "", {}});
    INFO(how.status);
    store->fails(100, how);
    send(10);
    CHECK(store->sent == 3);
}

TEST_CASE_METHOD(breaker_test, "a store that asks for fewer requests is there") {
    store->fails(10, {errc::throttled, 503, "SlowDown", {}});
    send(10);
    CHECK(store->sent == 10);
}

TEST_CASE_METHOD(breaker_test, "without credentials nothing is learnt of the store") {
    store->fails(2);
    store->fails(1, errc::refused_credentials);
    store->fails(1);
    send(10);
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(breaker_test, "an upload is aborted once the store is back") {
    store->fails(3);
    send(3);
    const storage::rest::call abort(storage::rest::operation::abort_upload, "DELETE", "key");
    const auto refused = answer_to(abort);
    CHECK(refused.failed == errc::unavailable);
    CHECK(refused.may_retry);
    CHECK(refused.wait == 5s);
    CHECK(store->sent == 3);
}
