#include "storage/error.hpp"
#include "tests/conformance/object_store_bucket.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using storage::errc;

TEST_CASE("a wrong secret is refused, and said to be one") {
    for (auto settings : object_stores_under_test()) {
        INFO(settings.remote.endpoint.host);
        event_loop loop;
        object_store_bucket right(loop, settings); // the bucket is there
        settings.remote.access_key_secret += "x";
        worker_pool pool(1);
        storage::object_store store(settings, std::make_shared<storage::memory_budget>(8 << 20),
                                    pool);
        const auto wrong = store.open_bucket(right.name());
        const storage::upload_request file("file", storage::overwrite::allowed);
        const auto upload = value_of(loop.run(wrong->open_upload(file)));
        CHECK(error_of(loop.run(upload->commit("content"))) == errc::refused_credentials);
        loop.run(upload->abort());
        CHECK(error_of(loop.run(wrong->list(storage::list_request("", "", 10)))) ==
              errc::refused_credentials);
        CHECK(error_of(loop.run(right.adapter()->stat("file", storage::detail::basic))) ==
              errc::not_found);
    }
}
