#include "storage/object_store.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/store_settings.hpp"

#include "config/worker_pool.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

/// A store of type "oss" that takes whatever comes.
class upload_attributes_test {
protected:
    upload_attributes_test() {
        loop.leave_background();
        settings.remote.attempts = 1;
    }

    /// The head of the request that stores a small object of that key.
    std::string put(const std::string& key, const config::upload_attributes& own = {}) {
        storage::object_store store(settings, std::make_shared<storage::memory_budget>(8 << 20),
                                    pool);
        const auto bucket = store.open_bucket("bucket", own);
        server.answers(200, "", "x-oss-request-id: id\r\nETag: \"e\"\r\nConnection: close\r\n");
        auto upload = value_of(loop.run(
            bucket->open_upload(storage::upload_request(key, storage::overwrite::allowed))));
        const std::string content = "content";
        value_of(loop.run(upload->commit(content)));
        return server.requests().back().head;
    }

    http_server server;
    event_loop loop;
    worker_pool pool{1};
    config::store_settings settings = store_at(config::store_type::oss, "http://" + server.host());
};

using Catch::Contains;

} // namespace

TEST_CASE_METHOD(upload_attributes_test, "an object is stored with what store and mount say") {
    settings.remote.storage_class = "IA";
    settings.remote.metadata = {{"source", "ftp"}};
    settings.remote.tags = "a=1";
    config::upload_attributes own;
    own.storage_class = "Archive";
    own.acl = "private";
    const auto head = put("f.txt", own);
    CHECK_THAT(head, Contains("x-oss-storage-class: Archive\r\n"));
    CHECK_THAT(head, Contains("x-oss-object-acl: private\r\n"));
    CHECK_THAT(head, Contains("x-oss-meta-source: ftp\r\n"));
    CHECK_THAT(head, Contains("x-oss-tagging: a=1\r\n"));
    CHECK_THAT(head, Contains("content-type: text/plain\r\n"));
}

TEST_CASE_METHOD(upload_attributes_test, "own media types go before the system's") {
    settings.remote.content_types = {{"txt", "text/x-own"}, {"scan", "image/tiff"}};
    CHECK_THAT(put("a/f.TXT"), Contains("content-type: text/x-own\r\n"));
    CHECK_THAT(put("f.scan"), Contains("content-type: image/tiff\r\n"));
    CHECK_THAT(put("f.pdf"), Contains("content-type: application/pdf\r\n"));
    settings.remote.content_type = "text/all";
    CHECK_THAT(put("f.scan"), Contains("content-type: text/all\r\n"));
}
