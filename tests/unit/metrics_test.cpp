#include "storage/layers/metrics.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/scripted_transport.hpp"

#include "storage/error.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

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
