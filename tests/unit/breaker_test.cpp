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
using storage::layers::store_watch;
using storage::layers::watch_settings;
using way = store_watch::way;

namespace {

class breaker_test {
public:
    error_code send() {
        const storage::rest::call c(storage::rest::operation::head_object, "HEAD", "key");
        return answer_to(c).failed;
    }
    storage::rest::answer answer_to(const storage::rest::call& c) { return answer_of(layer_, c); }
    storage::rest::answer answer_of(breaker& layer, const storage::rest::call& c) {
        return loop_.run(layer.send(c));
    }
    void send(int times) {
        for (int i = 0; i < times; ++i)
            send();
    }
    /// So many, a second after each other.
    void send_slowly(int times) {
        for (int i = 0; i < times; ++i) {
            now += 1s;
            send();
        }
    }

private:
    event_loop loop_;

    watch_settings make_settings() {
        watch_settings settings;
        settings.failures = 3;
        settings.span = 2s;
        settings.pause = 5s;
        settings.now = [this] { return now; };
        return settings;
    }

public:
    watch_settings::clock::time_point now{};
    std::shared_ptr<scripted_transport> store =
        std::make_shared<scripted_transport>(loop_.context().get_executor());

    std::shared_ptr<store_watch> watch = std::make_shared<store_watch>(make_settings());
    std::shared_ptr<scripted_transport> other_bucket =
        std::make_shared<scripted_transport>(loop_.context().get_executor());
    breaker other_layer{other_bucket, watch};

private:
    breaker layer_{store, watch};
};

} // namespace

TEST_CASE_METHOD(breaker_test, "a store that does not answer is left alone for a while") {
    store->fails(100);
    send_slowly(3);
    send(10);
    CHECK(store->sent == 3);
    CHECK(send() == errc::unavailable);
    now += 4s;
    send();
    CHECK(store->sent == 3);
}

TEST_CASE_METHOD(breaker_test, "many that fail within a moment are no store that is gone") {
    store->fails(20);
    send(20);
    CHECK(store->sent == 20);
    CHECK_FALSE(send());
    store->fails(2);
    send(2);
    now += 1h; // the row has begun anew
    CHECK_FALSE(send());
}

TEST_CASE_METHOD(breaker_test, "after the pause one call finds out whether the store is back") {
    store->fails(4);
    send_slowly(3);
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

TEST_CASE_METHOD(breaker_test,
                 "while one call finds out the others are refused, but not for ever") {
    store->fails(3);
    send_slowly(3);
    now += 5s;
    CHECK(watch->ask() == way::probe); // on its way
    CHECK(send() == errc::unavailable);
    CHECK(watch->ask() == way::closed);
    now += 5s;
    CHECK_FALSE(send());
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(breaker_test,
                 "what was sent before the store was given up makes the pause no longer") {
    store->fails(3);
    send_slowly(3);
    now += 4s;
    storage::rest::answer late;
    late.failed = errc::unavailable;
    watch->learn(late, way::open);
    now += 1s;
    CHECK_FALSE(send());
}

TEST_CASE_METHOD(breaker_test, "any answer shows that the store is there") {
    store->fails(2);
    store->fails(1, errc::not_found);
    store->fails(2);
    store->fails(1, errc::throttled);
    store->fails(2);
    send_slowly(8);
    CHECK(store->sent == 8);
    CHECK_FALSE(send());
}

TEST_CASE_METHOD(breaker_test,
                 "a probe that ends with an exception does not close the way for ever") {
    store->fails(3);
    send_slowly(3);
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
    send_slowly(6);
    CHECK(store->sent == 3);
}

TEST_CASE_METHOD(breaker_test, "a store that asks for fewer requests is there") {
    store->fails(10, {errc::throttled, 503, "SlowDown", {}});
    send_slowly(10);
    CHECK(store->sent == 10);
}

TEST_CASE_METHOD(breaker_test, "without credentials nothing is learnt of the store") {
    store->fails(2);
    store->fails(1, errc::refused_credentials);
    store->fails(1);
    send_slowly(4);
    send(6);
    CHECK(store->sent == 4);
}

TEST_CASE_METHOD(breaker_test, "connections of ours that are all busy tell nothing of the store") {
    scripted_transport::failure busy;
    busy.with = errc::unavailable;
    busy.no_connection = true;
    store->fails(10, busy);
    send_slowly(10);
    CHECK(store->sent == 10);
    CHECK_FALSE(send());
}

TEST_CASE_METHOD(breaker_test, "what has begun may be sent again after the rest of the pause") {
    using storage::rest::operation;
    store->fails(3);
    send_slowly(3);
    now += 2s;
    for (const auto what : {operation::abort_upload, operation::upload_part, operation::copy_part,
                            operation::complete_upload}) {
        const storage::rest::call c(what, "PUT", "key");
        const auto refused = answer_to(c);
        CHECK(refused.failed == errc::unavailable);
        CHECK(refused.may_retry);
        CHECK(refused.wait >= 3s);
        CHECK(refused.wait <= 4s); // not all at once
    }
    storage::rest::call again(operation::get_object, "GET", "key");
    CHECK_FALSE(answer_to(again).may_retry);
    again.reached = storage::rest::stage::under_way;
    CHECK(answer_to(again).may_retry);
    for (const auto what : {operation::list_objects, operation::head_object, operation::put_object,
                            operation::create_upload}) {
        const storage::rest::call c(what, "GET", "key");
        CHECK_FALSE(answer_to(c).may_retry);
    }
    CHECK(store->sent == 3);
}

TEST_CASE_METHOD(breaker_test, "what has begun waits no pause while somebody finds out") {
    store->fails(3);
    send_slowly(3);
    now += 5s;
    CHECK(watch->ask() == way::probe);
    const storage::rest::call c(storage::rest::operation::upload_part, "PUT", "key");
    const auto meanwhile = answer_to(c);
    CHECK(meanwhile.may_retry);
    CHECK(meanwhile.wait == 0s);
    watch->learn(storage::rest::answer(), way::probe);
    CHECK_FALSE(answer_to(c).failed);
}

TEST_CASE_METHOD(breaker_test, "what one bucket has shown of a store holds for the others") {
    const storage::rest::call c(storage::rest::operation::head_object, "HEAD", "key");
    store->fails(3);
    send_slowly(3);
    CHECK(answer_of(other_layer, c).failed == errc::unavailable);
    CHECK(other_bucket->sent == 0);
    now += 5s;
    CHECK_FALSE(answer_of(other_layer, c).failed);
    CHECK_FALSE(send());
}
