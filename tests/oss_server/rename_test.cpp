#include "tests/oss_server/server_under_test.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

/// A bucket "tree" with hierarchical namespace.
class rename_test : protected server_under_test {
protected:
    rename_test() {
        const auto enable = [](http::request& r) { r.set("x-oss-hns-status", "enabled"); };
        REQUIRE(ask(signed_request("PUT", "tree", "", enable)).status == 200);
    }

    http_answer put(const std::string& key, const std::string& content) {
        return ask(signed_request("PUT", "tree", key), content);
    }
    http_answer get(const std::string& key) { return ask(signed_request("GET", "tree", key)); }
    bool exists(const std::string& key) {
        return ask(signed_request("HEAD", "tree", key)).status == 200;
    }

    http::request rename_request(const std::string& from, const std::string& to,
                                 const std::string& bucket = "tree") {
        return signed_request("POST", bucket, to, [&](http::request& r) {
            r.query.emplace_back("x-oss-rename");
            r.set("x-oss-rename-source", http::percent_encode(from));
        });
    }
    http_answer rename(const std::string& from, const std::string& to) {
        return ask(rename_request(from, to));
    }
};

} // namespace

TEST_CASE_METHOD(rename_test, "what is renamed stays the same version, over a restart, too") {
    put("old dir/a+b.txt", "content");
    const auto etag = get("old dir/a+b.txt").header("etag");
    const auto modified = get("old dir/a+b.txt").header("last-modified");
    put("new/", "");
    REQUIRE(rename("old dir/a+b.txt", "new/b.txt").status == 200);
    for (int i = 0; i < 2; ++i) {
        CHECK_FALSE(exists("old dir/a+b.txt"));
        CHECK(exists("old dir/"));
        CHECK(get("new/b.txt").body == "content");
        CHECK(get("new/b.txt").header("etag") == etag);
        CHECK(get("new/b.txt").header("last-modified") == modified);
        restart();
    }
}

TEST_CASE_METHOD(rename_test, "a directory moves with all in it, with a slash at its end or none") {
    put("a/f", "1");
    put("a/b/g", "2");
    put("ab", "3");
    REQUIRE(rename("a/", "y").status == 200);
    REQUIRE(rename("y", "z/").status == 200);
    CHECK(get("z/f").body == "1");
    CHECK(get("z/b/g").body == "2");
    CHECK(get("ab").body == "3");
    for (const auto* const gone : {"a/", "a/f", "a/b/g", "y/", "y/f"})
        CHECK_FALSE(exists(gone));
}

TEST_CASE_METHOD(rename_test, "nothing is replaced by a rename, and no parent is made") {
    put("f", "1");
    put("g", "2");
    put("d/h", "3");
    CHECK(rename("f", "g").code() == "FileAlreadyExists");
    CHECK(rename("f", "d").code() == "FileAlreadyExists");
    CHECK(rename("d", "f").code() == "FileAlreadyExists");
    CHECK(rename("f", "missing/f").code() == "NoSuchKey");
    CHECK(rename("missing", "x").code() == "NoSuchKey");
    CHECK(rename("d", "d/e").code() == "InvalidArgument");
    CHECK(rename("f", "f").code() == "InvalidArgument");
    CHECK(rename("", "x").code() == "InvalidArgument");
    CHECK(get("f").body == "1");
    CHECK(get("g").body == "2");
    CHECK(get("d/h").body == "3");
}

TEST_CASE_METHOD(rename_test, "a bucket without hierarchical namespace knows no rename") {
    REQUIRE(ask(signed_request("PUT", "bucket", "f"), "1").status == 200);
    CHECK(ask(rename_request("f", "g", "bucket")).code() == "OperationNotSupported");
}

TEST_CASE_METHOD(rename_test, "a signature covers what is renamed, and that it is") {
    put("f", "1");
    put("g", "2");
    auto other_source = rename_request("f", "x");
    other_source.set("x-oss-rename-source", "g");
    CHECK(ask(other_source).code() == "SignatureDoesNotMatch");
    auto other_action = rename_request("f", "x");
    other_action.query.front().name = "x-oss-dir";
    CHECK(ask(other_action).code() == "SignatureDoesNotMatch");
    auto old = plain_request("POST", "tree", "x");
    old.query.emplace_back("x-oss-rename");
    old.set("x-oss-rename-source", "f");
    storage::oss::sign_v1(old, keys, now());
    auto changed = old;
    changed.set("x-oss-rename-source", "g");
    CHECK(ask(changed).code() == "SignatureDoesNotMatch");
    changed = old;
    changed.query.front().name = "x-oss-dir";
    CHECK(ask(changed).code() == "SignatureDoesNotMatch");
    CHECK(ask(old).status == 200);
    CHECK(get("x").body == "1");
}

TEST_CASE_METHOD(rename_test, "a directory is made once, below one that is there") {
    const auto make = [&](const std::string& name) {
        return ask(signed_request("POST", "tree", name,
                                  [](http::request& r) { r.query.emplace_back("x-oss-dir"); }));
    };
    CHECK(make("a/b").code() == "NoSuchKey");
    CHECK(make("a").status == 200);
    CHECK(make("a/b/").status == 200);
    CHECK(exists("a/b/"));
    CHECK(make("a/b").code() == "FileAlreadyExists");
    put("f", "1");
    CHECK(make("f").code() == "FileAlreadyExists");
    CHECK(get("f").body == "1");
}
