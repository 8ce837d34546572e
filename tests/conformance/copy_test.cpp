#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(adapter_test, "a copy is the same content under another name") {
    const auto bytes = pattern((3 << 20) + 7);
    const auto stored = put("f", bytes);
    const auto copied = value_of(copy("f", "d/g"));
    CHECK(copied.size == stored.size);
    CHECK(copied.crc64 == stored.crc64);
    CHECK(content("d/g") == bytes);
    CHECK(content("f") == bytes);
    CHECK(version("d/g").etag == copied.etag);
}

TEST_CASE_METHOD(adapter_test, "copy and original change apart from each other") {
    put("f", "one");
    value_of(copy("f", "g"));
    put("f", "two");
    CHECK(content("g") == "one");
    value_of(remove("f"));
    CHECK(content("g") == "one");
}

TEST_CASE_METHOD(adapter_test, "an empty object can be copied") {
    put("f", "");
    CHECK(value_of(copy("f", "g")).size == 0);
    CHECK(content("g").empty());
}

TEST_CASE_METHOD(adapter_test, "a copy keeps the content type") {
    storage::upload_request request("page", overwrite::allowed);
    request.content_type = "text/html";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(commit(*to, "<p>"));
    value_of(copy("page", "other"));
    CHECK(version("other").content_type == "text/html");
}

TEST_CASE_METHOD(adapter_test, "a copy replaces an object only where that is allowed") {
    put("f", "new");
    put("empty", "");
    put("g", "old");
    CHECK(error_of(copy("f", "g", overwrite::refused)) == errc::already_exists);
    CHECK(error_of(copy("empty", "g", overwrite::refused)) == errc::already_exists);
    CHECK(content("g") == "old");
    value_of(copy("f", "g", overwrite::allowed));
    CHECK(content("g") == "new");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "a missing object cannot be copied") {
    CHECK(error_of(copy("missing", "g")) == errc::not_found);
    CHECK_FALSE(exists("g"));
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "a directory is neither source nor target of a copy") {
    if (!can().real_directories)
        return;
    value_of(make_directory("d/"));
    put("f", "x");
    CHECK(error_of(copy("d", "g")) == errc::is_a_directory);
    CHECK(error_of(copy("f", "d")) == errc::is_a_directory);
    CHECK(error_of(copy("f", "f/g")) == errc::not_a_directory);
    CHECK(leftovers() == 0);
}

namespace {

constexpr storage::timestamp some_day = std::chrono::sys_days(std::chrono::year(2021) / 2 / 3) +
                                        std::chrono::hours(4) + std::chrono::seconds(5);

} // namespace

TEST_CASE_METHOD(adapter_test, "a store that keeps no times of its own says so") {
    put("f", "x");
    if (!can().sets_modified)
        CHECK(error_of(run(store().set_modified("f", some_day))) == errc::unsupported);
}

TEST_CASE_METHOD(adapter_test, "a time that was set is told by stat and list") {
    if (!can().sets_modified)
        return;
    put("d/f", "x");
    value_of(run(store().set_modified("d/f", some_day)));
    CHECK(stat("d/f").modified == some_day);
    const storage::list_request request("d/", std::string(), 10);
    CHECK(entries(request).front().modified == some_day);
}

TEST_CASE_METHOD(adapter_test, "setting the time keeps ETag, checksums and content type") {
    if (!can().sets_modified)
        return;
    storage::upload_request request("f", overwrite::allowed);
    request.content_type = "text/plain";
    const auto to = value_of(run(store().open_upload(std::move(request))));
    value_of(commit(*to, "123456789"));
    const auto md5 = value_of(digest("f", storage::hash_algorithm::md5));
    const auto before = version("f");
    value_of(run(store().set_modified("f", some_day)));
    const auto after = version("f");
    CHECK(after.etag == before.etag);
    CHECK(after.crc64 == before.crc64);
    CHECK(after.content_type == "text/plain");
    CHECK(value_of(digest("f", storage::hash_algorithm::md5)) == md5);
}

TEST_CASE_METHOD(adapter_test, "times far from now are kept to the second") {
    if (!can().sets_modified)
        return;
    using namespace std::chrono;
    put("f", "x");
    for (const auto day : {sys_days(year(1970) / 1 / 2), sys_days(year(2037) / 12 / 31),
                           sys_days(year(2100) / 1 / 1)}) {
        value_of(run(store().set_modified("f", day)));
        CHECK(stat("f").modified == day);
    }
}

TEST_CASE_METHOD(adapter_test, "the time of a missing object cannot be set") {
    if (!can().sets_modified)
        return;
    CHECK(error_of(run(store().set_modified("missing", some_day))) == errc::not_found);
    CHECK(error_of(run(store().set_modified("d/missing", some_day))) == errc::not_found);
}

TEST_CASE_METHOD(adapter_test, "a new version has the time of its upload again") {
    if (!can().sets_modified)
        return;
    put("f", "x");
    value_of(run(store().set_modified("f", some_day)));
    put("f", "y");
    CHECK(stat("f").modified > some_day);
}
