#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(adapter_test, "stat tells an object's size") {
    put("f", "twelve bytes");
    const auto info = stat("f");
    CHECK_FALSE(info.directory);
    CHECK(info.key == "f");
    CHECK(info.size == 12);
}

TEST_CASE_METHOD(adapter_test, "stat tells when an object was stored") {
    using namespace std::chrono;
    const auto before = floor<seconds>(system_clock::now()) - seconds(1);
    put("f", "x");
    const auto modified = stat("f").modified;
    CHECK(modified >= before);
    CHECK(modified <= system_clock::now() + seconds(1));
}

TEST_CASE_METHOD(adapter_test, "stat of a name that does not exist is not_found") {
    put("ab", "x");
    CHECK(error_of(try_stat("a")) == errc::not_found);
    CHECK(error_of(try_stat("a/")) == errc::not_found);
    CHECK(error_of(try_stat("a/b")) == errc::not_found);
    const auto with_version = run(store().stat("a", storage::detail::version));
    CHECK(error_of(with_version) == errc::not_found);
}

TEST_CASE_METHOD(adapter_test, "the bucket's top is a directory even when it is empty") {
    const auto info = stat("");
    CHECK(info.directory);
    CHECK(info.key.empty());
    CHECK(info.size == 0);
}

TEST_CASE_METHOD(adapter_test, "stat of a directory's key finds the directory") {
    value_of(make_directory("d/"));
    const auto info = stat("d/");
    CHECK(info.directory);
    CHECK(info.key == "d/");
    CHECK(info.size == 0);
}

TEST_CASE_METHOD(adapter_test, "a directory exists as long as objects lie below it") {
    put("a/b/f", "x");
    CHECK(stat("a/").directory);
    CHECK(stat("a/b/").directory);
}

TEST_CASE_METHOD(adapter_test, "with real directories stat tells of the other kind too") {
    if (!can().real_directories)
        return;
    value_of(make_directory("d/"));
    put("f", "x");
    CHECK(stat("d").directory);
    CHECK(stat("d").key == "d/");
    CHECK_FALSE(stat("f/").directory);
}

TEST_CASE_METHOD(adapter_test, "a name below an object does not exist") {
    put("f", "x");
    const auto below = try_stat("f/x");
    CHECK_FALSE(below);
    CHECK((below.error() == errc::not_found || below.error() == errc::not_a_directory));
}

TEST_CASE_METHOD(adapter_test, "basic detail is enough for kind, size and time") {
    put("f", "content");
    const auto basic = stat("f");
    const auto full = version("f");
    CHECK(basic.size == full.size);
    CHECK(basic.modified == full.modified);
}

TEST_CASE_METHOD(adapter_test, "every version of an object has an ETag of its own") {
    std::set<std::string> seen;
    for (int i = 0; i < 5; ++i) {
        const auto stored = put("f", "content of one size " + std::to_string(i));
        CHECK_FALSE(stored.etag.empty());
        CHECK(version("f").etag == stored.etag);
        seen.insert(stored.etag);
    }
    CHECK(seen.size() == 5);
}

TEST_CASE_METHOD(adapter_test, "an ETag stays while its version does") {
    put("f", "content");
    const auto before = version("f").etag;
    content("f");
    put("g", "other");
    CHECK(version("f").etag == before);
}

TEST_CASE_METHOD(adapter_test, "the content type given with an upload is kept") {
    storage::upload_request request("page", overwrite::allowed);
    request.content_type = "text/html";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(commit(*to, "<p>"));
    CHECK(version("page").content_type == "text/html");
}

TEST_CASE_METHOD(adapter_test, "stat counts an object of many megabytes to the byte") {
    put("big", pattern((5 << 20) + 1));
    CHECK(stat("big").size == (5 << 20) + 1);
}

TEST_CASE_METHOD(adapter_test, "free_space is a number where the store knows it") {
    const auto space = run(store().free_space());
    if (can().knows_space)
        CHECK(value_of(space) > 0);
    else
        CHECK(error_of(space) == errc::unsupported);
}
