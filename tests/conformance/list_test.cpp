#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

using names = std::multiset<std::string>;

storage::list_request page_of(std::size_t limit, const std::string& prefix = {}) {
    return {prefix, std::string(), limit};
}

storage::list_request everything_below(const std::string& prefix, std::size_t limit = 1000) {
    storage::list_request request(prefix, std::string(), limit);
    request.recursive = true;
    return request;
}

names numbered(const std::string& prefix, int count) {
    names all;
    for (int i = 0; i < count; ++i)
        all.insert(prefix + std::to_string(i));
    return all;
}

} // namespace

TEST_CASE_METHOD(adapter_test, "an empty bucket lists nothing") {
    CHECK(keys("").empty());
}

TEST_CASE_METHOD(adapter_test, "a prefix without keys is an empty page, not an error") {
    put("f", "x");
    CHECK(keys("missing/").empty());
    CHECK(keys("missing/deeper/").empty());
    CHECK(keys("g").empty());
    CHECK(keys(everything_below("missing/")).empty());
}

TEST_CASE_METHOD(adapter_test, "what lies deeper shows as one directory") {
    put("a", "1");
    put("d/b", "22");
    put("d/c", "333");
    put("d/e/f", "4444");
    CHECK(keys("") == names{"a", "d/"});
    CHECK(keys("d/") == names{"d/b", "d/c", "d/e/"});
    CHECK(keys("d/e/") == names{"d/e/f"});
}

TEST_CASE_METHOD(adapter_test, "a listing tells kind, size and time") {
    put("d/f", "content");
    put("d/sub/x", "");
    for (const auto& e : entries(page_of(1000, "d/"))) {
        CHECK(e.directory == (e.key == "d/sub/"));
        CHECK(e.size == (e.directory ? 0u : 7u));
        if (!e.directory)
            CHECK(e.modified == stat(e.key).modified);
    }
}

TEST_CASE_METHOD(adapter_test, "an empty directory that was made is listed") {
    value_of(make_directory("d/"));
    CHECK(keys("") == names{"d/"});
    auto below = keys("d/");
    below.erase("d/"); // a store without directories may tell its marker
    CHECK(below.empty());
}

TEST_CASE_METHOD(adapter_test, "recursively every object below the prefix is told") {
    for (const auto* key : {"a", "d/b", "d/e/f", "d/e/g/h", "dd/i"})
        put(key, "x");
    auto found = keys(everything_below("d/"));
    for (const auto* directory : {"d/e/", "d/e/g/"}) // real directories are told as well
        found.erase(directory);
    CHECK(found == names{"d/b", "d/e/f", "d/e/g/h"});
}

TEST_CASE_METHOD(adapter_test, "a prefix may end within a name") {
    for (const auto* key : {"d/2025-12", "d/2026-01", "d/2026-02/f", "d/other", "2026"})
        put(key, "x");
    CHECK(keys("d/2026") == names{"d/2026-01", "d/2026-02/"});
    CHECK(keys("2") == names{"2026"});
}

TEST_CASE_METHOD(adapter_test, "recursively a prefix within a name holds below it as well") {
    for (const auto* key : {"d/ab", "d/abc/x", "d/abc/y/z", "d/b"})
        put(key, "x");
    auto found = keys(everything_below("d/ab"));
    for (const auto* directory : {"d/abc/", "d/abc/y/"})
        found.erase(directory);
    CHECK(found == names{"d/ab", "d/abc/x", "d/abc/y/z"});
}

TEST_CASE_METHOD(adapter_test, "a sibling whose name begins alike is not listed") {
    put("d/f", "x");
    put("d2/f", "x");
    put("d-x", "x");
    CHECK(keys("d/") == names{"d/f"});
}

TEST_CASE_METHOD(adapter_test, "names alone are the same names") {
    put("f", "content");
    put("d/g", "x");
    auto request = page_of(1000);
    request.names_only = true;
    const auto found = entries(request);
    REQUIRE(found.size() == 2);
    for (const auto& e : found) {
        CHECK((e.key == "f" || e.key == "d/"));
        CHECK(e.directory == (e.key == "d/"));
    }
}

TEST_CASE_METHOD(adapter_test, "pages of any size together tell every key exactly once") {
    const auto all = numbered("object-", 2500); // the largest page is not enough
    put_all(all);
    for (const std::size_t limit : {1000, 999, 625, 7}) {
        INFO("pages of " << limit);
        CHECK(keys(page_of(limit)) == all);
    }
}

TEST_CASE_METHOD(adapter_test, "recursive pages of any size tell every key exactly once") {
    names all;
    for (const auto* directory : {"", "a/", "a/b/", "a/b/c/", "b/", "b/a b/"})
        for (int i = 0; i < 15; ++i) {
            const auto key = directory + std::string("f ") + std::to_string(i);
            put(key, "");
            all.insert(key);
        }
    for (const std::size_t limit : {1, 2, 3, 7, 89, 90, 1000}) {
        INFO("pages of " << limit);
        auto found = keys(everything_below("", limit));
        for (const auto* directory : {"a/", "a/b/", "a/b/c/", "b/", "b/a b/"})
            CHECK(found.erase(directory) <= 1);
        CHECK(found == all);
    }
}

TEST_CASE_METHOD(adapter_test, "a page never holds more entries than asked for") {
    put_all(numbered("f", 10));
    for (const std::size_t limit : {1, 3, 9, 10, 11}) {
        const auto page = value_of(run(store().list(page_of(limit))));
        CHECK(page.entries.size() <= limit);
        if (limit < 10)
            CHECK_FALSE(page.next.empty());
    }
}

TEST_CASE_METHOD(adapter_test, "a token still works when objects come and go between pages") {
    put_all(numbered("d/object-", 50));
    auto request = page_of(20, "d/");
    auto page = value_of(run(store().list(request)));
    const auto seen_first = page.entries.front().key;
    value_of(remove(seen_first));
    put("d/new", "x");
    names found;
    for (;;) {
        for (const auto& e : page.entries)
            found.insert(e.key);
        if (page.next.empty())
            break;
        request.token = page.next;
        page = value_of(run(store().list(request)));
    }
    found.erase("d/new"); // may show or not
    CHECK(found.size() == 50);
    CHECK(std::set(found.begin(), found.end()).size() == 50);
}

TEST_CASE_METHOD(adapter_test, "a directory removed between pages does not look listed") {
    const auto all = numbered("d/f", 4);
    put_all(all);
    auto request = page_of(2, "d/");
    const auto page = value_of(run(store().list(request)));
    REQUIRE_FALSE(page.next.empty());
    for (const auto& key : all)
        value_of(remove(key));
    request.token = page.next;
    if (can().real_directories) {
        value_of(remove_directory("d/"));
        CHECK_FALSE(run(store().list(request)));
    } else {
        CHECK(entries(request).size() <= 1); // the directory's own marker
    }
}

TEST_CASE_METHOD(adapter_test, "a sorted store lists in the order of the keys' bytes") {
    if (!can().sorted_listing)
        return;
    for (const auto* key : {"b", "a/x", "a-1", "a.txt", "B", "\xC3\xA4"})
        put(key, "x");
    std::vector<std::string> found;
    for (const auto& e : entries(page_of(2)))
        found.push_back(e.key);
    CHECK(std::is_sorted(found.begin(), found.end()));
}

TEST_CASE_METHOD(adapter_test, "listing below an object is an empty page") {
    put("f", "x");
    CHECK(keys("f/").empty());
}

TEST_CASE_METHOD(adapter_test, "a directory renamed between pages does not look listed") {
    if (!can().real_directories)
        return;
    put_all(numbered("d/f", 10));
    auto request = page_of(4, "d/");
    const auto page = value_of(run(store().list(request)));
    REQUIRE_FALSE(page.next.empty());
    value_of(rename("d/", "e/"));
    request.token = page.next;
    SECTION("and nothing has its name") {
        CHECK_FALSE(run(store().list(request)));
    }
    SECTION("and an empty directory has its name") {
        value_of(make_directory("d/"));
        CHECK_FALSE(run(store().list(request)));
    }
    SECTION("and another with other names has its name") {
        put_all(numbered("d/other", 10));
        CHECK_FALSE(run(store().list(request)));
    }
    SECTION("and a file has its name") {
        put("d", "x");
        CHECK_FALSE(run(store().list(request)));
    }
}
