#include "tests/oss_server/server_under_test.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace {

class state_test : protected server_under_test {
protected:
    http_answer put(const std::string& key, const std::string& content,
                    const std::function<void(http::request&)>& change = {}) {
        return ask(signed_request("PUT", "bucket", key, change), content);
    }
    http_answer get(const std::string& key) { return ask(signed_request("GET", "bucket", key)); }
    http_answer post(const std::string& key, const std::string& content,
                     const std::function<void(http::request&)>& change) {
        return ask(signed_request("POST", "bucket", key, change), content);
    }

    std::string begin_upload(const std::string& key) {
        return post(key, "", [](http::request& r) { r.query.emplace_back("uploads"); })
            .element("UploadId");
    }
    http_answer put_part(const std::string& key, const std::string& id, const std::string& number,
                         const std::string& content) {
        return put(key, content, [&](http::request& r) {
            r.query.emplace_back("partNumber", number);
            r.query.emplace_back("uploadId", id);
        });
    }
    http_answer complete(const std::string& key, const std::string& id) {
        return post(key, "", [&](http::request& r) {
            r.query.emplace_back("uploadId", id);
            r.set("x-oss-complete-all", "yes");
        });
    }

    // Runs it on some threads at once and counts those that succeed.
    int successes(const std::function<unsigned(int)>& status_of) {
        std::atomic<int> count = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] { count += status_of(i) == 200; });
        for (auto& t : threads)
            t.join();
        return count;
    }
};

} // namespace

TEST_CASE_METHOD(state_test, "what was stored is there after a restart, and nothing else") {
    REQUIRE(put("a//../b", "content", [](http::request& r) {
                r.set("x-oss-meta-kept", "yes");
                r.set("content-type", "text/css");
                r.set("x-oss-tagging", "a=b");
            }).status == 200);
    REQUIRE(put("gone", "gone").status == 200);
    REQUIRE(ask(signed_request("DELETE", "bucket", "gone")).status == 204);
    const auto id = begin_upload("parts");
    REQUIRE(put_part("parts", id, "1", std::string(200000, 'x')).status == 200);
    restart();

    const auto answer = get("a//../b");
    CHECK(answer.body == "content");
    CHECK(answer.header("content-type") == "text/css");
    CHECK(answer.header("x-oss-meta-kept") == "yes");
    CHECK(answer.header("x-oss-tagging-count") == "1");
    CHECK(get("gone").status == 404);
    CHECK(put_part("parts", id, "2", "yy").status == 200);
    CHECK(complete("parts", id).status == 200);
    CHECK(get("parts").body == std::string(200000, 'x') + "yy");
    CHECK(blobs() == 3);
    REQUIRE(ask(signed_request("DELETE", "bucket", "parts")).status == 204);

    server.reset();
    folder.file("blobs/00", ""); // as if left by a crash
    start();
    CHECK(blobs() == 1);
    CHECK(get("a//../b").body == "content");
}

TEST_CASE_METHOD(state_test, "an object that is replaced while it is read is read to its end") {
    const std::string old(24 << 20, 'o');
    REQUIRE(put("k", old).status == 200);
    auto connection = connect();
    connection.send(head_of(signed_request("GET", "bucket", "k")));
    auto begun = connection.receive(1000);
    REQUIRE(put("k", "new").status == 200);
    CHECK(get("k").body == "new");
    CHECK(receive(connection, "GET", begun).body == old);
}

TEST_CASE("of uploads at once that must not replace, one wins") {
    class test : public state_test {
    public:
        void run() {
            settings.threads = 2;
            restart();
            CHECK(successes([&](int i) {
                      return put("k", std::to_string(i),
                                 [](http::request& r) { r.set("x-oss-forbid-overwrite", "true"); })
                          .status;
                  }) == 1);
            server.reset(); // waits for what is still to be removed
            CHECK(blobs() == 1);
        }
    };
    test().run();
}

TEST_CASE("of appends at once to the same place, one wins") {
    class test : public state_test {
    public:
        void run() {
            settings.threads = 2;
            restart();
            CHECK(successes([&](int i) {
                      return post("k", std::to_string(i),
                                  [](http::request& r) {
                                      r.query.emplace_back("append");
                                      r.query.emplace_back("position", "0");
                                  })
                          .status;
                  }) == 1);
            CHECK(get("k").body.size() == 1);
        }
    };
    test().run();
}

TEST_CASE_METHOD(state_test, "an upload is completed once") {
    const auto id = begin_upload("k");
    REQUIRE(put_part("k", id, "1", "x").status == 200);
    CHECK(successes([&](int) { return complete("k", id).status; }) == 1);
    CHECK(get("k").body == "x");
}

TEST_CASE_METHOD(state_test, "a bucket is not removed under an unfinished upload") {
    const auto id = begin_upload("k");
    CHECK(ask(signed_request("DELETE", "bucket", "")).code() == "BucketNotEmpty");
    REQUIRE(ask(signed_request("DELETE", "bucket", "k", [&](http::request& r) {
                r.query.emplace_back("uploadId", id);
            })).status == 204);
    CHECK(ask(signed_request("DELETE", "bucket", "")).status == 204);
    CHECK(put("k", "x").code() == "NoSuchBucket");
}

TEST_CASE_METHOD(state_test, "temporary credentials expire and can be renewed") {
    keys.session_token = "token";
    const auto old = keys;
    server->set_accounts({oss_server::account(keys, now() + 1h)});
    CHECK(put("k", "x").status == 200);
    server->set_accounts({oss_server::account(keys, now() - 1s)});
    CHECK(put("k", "x").code() == "SecurityTokenExpired");
    keys.session_token = "another";
    server->set_accounts({oss_server::account(keys)});
    CHECK(put("k", "x").status == 200);
    keys = old;
    CHECK(put("k", "x").code() == "InvalidSecurityToken");
}

TEST_CASE_METHOD(state_test, "a clock that is wrong is told the right time") {
    server->set_clock_offset(20min);
    const auto answer = get("k");
    CHECK(answer.code() == "RequestTimeTooSkewed");
    CHECK(answer.element("MaxAllowedSkewMilliseconds") == "900000");
    CHECK(answer.element("ServerTime").size() == std::string("2026-11-21T01:02:03.000Z").size());
    server->set_clock_offset(10min);
    CHECK(get("k").code() == "NoSuchKey");
}

TEST_CASE("an archived object takes its time to come back") {
    class test : public state_test {
    public:
        void run() {
            settings.restore_time = 60s;
            restart();
            REQUIRE(put("k", "cold", [](http::request& r) {
                        r.set("x-oss-storage-class", "Archive");
                    }).status == 200);
            const auto restore = [&] {
                return post("k", "", [](http::request& r) { r.query.emplace_back("restore"); });
            };
            CHECK(get("k").code() == "InvalidObjectState");
            CHECK(restore().status == 202);
            CHECK(get("k").code() == "InvalidObjectState");
            CHECK(restore().code() == "RestoreAlreadyInProgress");
            CHECK(ask(signed_request("HEAD", "bucket", "k")).header("x-oss-restore") ==
                  "ongoing-request=\"true\"");
            server->set_clock_offset(61s);
            CHECK(get("k").body == "cold");
            CHECK(restore().status == 200);
        }
    };
    test().run();
}

TEST_CASE_METHOD(state_test, "every request is written down") {
    put("a b", "12345");
    get("a b");
    get("nothing");
    const auto log = server->requests();
    REQUIRE(log.size() == 4); // with that for the bucket
    CHECK(log[1].method == "PUT");
    CHECK(log[1].bucket == "bucket");
    CHECK(log[1].key == "a b");
    CHECK(log[1].received == 5);
    CHECK(log[2].sent == 5);
    CHECK(log[3].status == 404);
    CHECK(log[3].code == "NoSuchKey");
    server->forget_requests();
    CHECK(server->requests().empty());
}
