#include "storage/object_store.hpp"
#include "tests/oss_server/server_under_test.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"
#include "tests/support/store_settings.hpp"

#include "config/worker_pool.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using storage::errc;
using storage::overwrite;
using storage::parents;

namespace {

/// A bucket whose renames are left to its store.
class native_bucket {
public:
    native_bucket(const std::string& url, const std::string& key, const std::string& bucket) {
        loop.leave_background();
        auto settings = store_at(config::store_type::oss, url, key);
        settings.remote.native_rename = true;
        settings.remote.attempts = 2;
        store.emplace(settings, std::make_shared<storage::memory_budget>(8 << 20), pool);
        adapter = store->open_bucket(bucket);
    }

    result<> rename(const std::string& from, const std::string& to,
                    overwrite existing = overwrite::allowed) {
        return loop.run(adapter->rename({from, to, existing}));
    }

    worker_pool pool{1};
    event_loop loop;
    std::optional<storage::object_store> store;
    std::shared_ptr<storage::adapter> adapter;
};

/// A store that answers by the script.
class scripted_rename_test : public http_server, public native_bucket {
protected:
    scripted_rename_test() : native_bucket("http://" + host(), "id", "bucket") {}

    void has(const std::string& etag) {
        answers("HTTP/1.1 200 OK\r\n" + own + "Content-Length: 7\r\nETag: \"" + etag +
                "\"\r\n\r\n");
    }
    void lacks() { answers("HTTP/1.1 404 Not Found\r\n" + own + "Content-Length: 0\r\n\r\n"); }
    void lists(const std::string& key) {
        const auto entry = key.empty()
                               ? std::string()
                               : "<Contents><Key>" + key + "</Key><Size>0</Size></Contents>";
        says(200, "<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated>" + entry +
                      "</ListBucketResult>");
    }
    void refuses(int status, const std::string& code) {
        says(status, "<Error><Code>" + code + "</Code></Error>");
    }
    /// Does it, maybe, and says nothing.
    void breaks() { answers_and_closes(""); }

    std::string sent(std::size_t index) const {
        const auto head = requests().at(index).head;
        return head.substr(0, head.find(" HTTP/1.1"));
    }

private:
    void says(int status, const std::string& text) { answers(status, text, own); }

    // On a connection that is kept libcurl would send a request again by itself.
    const std::string own = "x-oss-request-id: id\r\nConnection: close\r\n";
};

using Catch::Contains;

} // namespace

TEST_CASE_METHOD(scripted_rename_test, "a lost answer to a rename is settled by both names") {
    lists("");
    has("version");
    breaks();
    SECTION("it was done, and cannot be done again") {
        refuses(404, "NoSuchKey");
        lacks();
        has("version");
        value_of(rename("a b", "c"));
        CHECK(sent(2) == "POST /bucket/c?x-oss-rename");
        CHECK_THAT(requests()[2].head, Contains("x-oss-rename-source: a%20b\r\n"));
        CHECK(sent(4) == "HEAD /bucket/a%20b");
        CHECK(sent(5) == "HEAD /bucket/c");
    }
    SECTION("it was done, and the new name is taken by that") {
        refuses(409, "FileAlreadyExists");
        lacks();
        has("version");
        value_of(rename("a b", "c"));
    }
    SECTION("both answers were lost, and it was done") {
        breaks();
        lacks();
        has("version");
        value_of(rename("a b", "c"));
    }
    SECTION("it was not done") {
        breaks();
        has("version");
        CHECK(rename("a b", "c").error() == errc::unavailable);
    }
    SECTION("somebody else has taken the new name and removed the old one") {
        refuses(409, "FileAlreadyExists");
        lacks();
        has("other");
        CHECK(rename("a b", "c", overwrite::refused).error() == errc::already_exists);
    }
    SECTION("nobody knows") {
        breaks();
        refuses(403, "AccessDenied");
        CHECK(rename("a b", "c").error() == errc::unavailable);
    }
}

TEST_CASE_METHOD(scripted_rename_test, "a lost answer is settled for a directory, too") {
    lists("a/f"); // the source
    lists("");    // nothing of the new name
    lacks();
    breaks();
    SECTION("it was done") {
        refuses(404, "NoSuchKey");
        lists("");
        lists("b/f");
        value_of(rename("a/", "b/"));
        CHECK(sent(3) == "POST /bucket/b?x-oss-rename");
        CHECK_THAT(requests()[3].head, Contains("x-oss-rename-source: a\r\n"));
    }
    SECTION("it was not done") {
        breaks();
        lists("a/f");
        CHECK(rename("a/", "b/").error() == errc::unavailable);
    }
    SECTION("all of it is gone") {
        refuses(404, "NoSuchKey");
        lists("");
        lists("");
        CHECK(rename("a/", "b/").error() == errc::not_found);
    }
}

namespace {

/// A bucket with hierarchical namespace on a server that counts.
class counted_rename_test : public server_under_test {
protected:
    counted_rename_test() {
        const auto enable = [](http::request& r) { r.set("x-oss-hns-status", "enabled"); };
        REQUIRE(ask(signed_request("PUT", "tree", "", enable)).status == 200);
        bucket.emplace(server->url(), "key", "tree");
    }

    void put(const std::string& key, const std::string& content) {
        REQUIRE(ask(signed_request("PUT", "tree", key), content).status == 200);
        server->forget_requests();
    }
    std::string content(const std::string& key) {
        return ask(signed_request("GET", "tree", key)).body;
    }
    /// What has been sent since, as "POST b?x-oss-rename".
    std::vector<std::string> sent() const {
        std::vector<std::string> all;
        for (const auto& r : server->requests())
            all.push_back(r.method + ' ' + r.key + (r.key.empty() ? "" : '?' + r.query));
        return all;
    }

    std::optional<native_bucket> bucket;
};

using requests = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(counted_rename_test, "the store is asked once to rename, and copies nothing") {
    put("d/f", "content");
    SECTION("a file") {
        value_of(bucket->rename("d/f", "d/g"));
        CHECK(sent() == requests{"GET ", "HEAD d/f?", "POST d/g?x-oss-rename"});
        CHECK(content("d/g") == "content");
    }
    SECTION("a directory") {
        value_of(bucket->rename("d/", "e/"));
        CHECK(sent() == requests{"GET ", "GET ", "HEAD e?", "POST e?x-oss-rename"});
        CHECK(content("e/f") == "content");
    }
    SECTION("into a directory that is not there yet") {
        value_of(bucket->rename("d/f", "d/x/y/g"));
        CHECK(sent() == requests{"GET ", "HEAD d/f?", "GET ", "GET ", "POST d/x?x-oss-dir",
                                 "POST d/x/y?x-oss-dir", "POST d/x/y/g?x-oss-rename"});
        CHECK(content("d/x/y/g") == "content");
    }
}

TEST_CASE_METHOD(counted_rename_test,
                 "a file that replaces another is copied, where that is allowed") {
    put("f", "new");
    put("g", "old");
    CHECK(bucket->rename("f", "g", overwrite::refused).error() == errc::already_exists);
    CHECK(content("g") == "old");
    value_of(bucket->rename("f", "g"));
    CHECK(content("g") == "new");
    CHECK(ask(signed_request("HEAD", "tree", "f")).status == 404);
}
