#include "storage/object_store.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/store_settings.hpp"

#include "config/worker_pool.hpp"

#include <catch2/catch.hpp>

#include <chrono>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

TEST_CASE("the buckets of a store share what may be asked of it in a second") {
    http_server server;
    event_loop loop;
    loop.leave_background();
    worker_pool pool(1);
    auto settings = store_at(config::store_type::s3, "http://" + server.host());
    settings.remote.max_requests_per_second = 1;
    storage::object_store store(settings, std::make_shared<storage::memory_budget>(8 << 20), pool);
    const auto begun = std::chrono::steady_clock::now();
    for (const auto* const name : {"one", "two"}) {
        const auto bucket = store.open_bucket(name);
        server.answers(200, "", "x-amz-request-id: id\r\nETag: \"e\"\r\n");
        value_of(loop.run(bucket->stat("key", storage::detail::version)));
    }
    CHECK(server.requests().size() == 2);
    CHECK(std::chrono::steady_clock::now() - begun >= 900ms);
}
