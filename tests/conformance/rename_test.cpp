#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class rename_test : public adapter_test {
public:
    rename_test() : adapter_test(GENERATE(from_range(adapters_that_rename()))) {}

    /// Without the directory itself, which may be told as its own marker.
    std::multiset<std::string> below(const std::string& directory) {
        auto all = keys(directory);
        all.erase(directory);
        return all;
    }
};

} // namespace

TEST_CASE_METHOD(rename_test, "a renamed object has its new name only, and is the same") {
    put("f", "content");
    const auto before = version("f");
    value_of(rename("f", "g"));
    CHECK_FALSE(exists("f"));
    CHECK(content("g") == "content");
    CHECK(version("g").crc64 == before.crc64);
    if (!can().renames)
        return;
    CHECK(version("g").etag == before.etag);
    CHECK(version("g").modified == before.modified);
}

TEST_CASE_METHOD(rename_test, "an object that is renamed to its own name stays") {
    put("f", "content");
    value_of(rename("f", "f"));
    CHECK(content("f") == "content");
}

TEST_CASE_METHOD(rename_test, "what is not there cannot be renamed") {
    put("g", "old");
    CHECK(error_of(rename("f", "g")) == errc::not_found);
    CHECK(content("g") == "old");
}

TEST_CASE_METHOD(rename_test, "a rename replaces an object where that is allowed") {
    put("f", "new");
    put("g", "old");
    value_of(rename("f", "g", overwrite::allowed));
    CHECK_FALSE(exists("f"));
    CHECK(content("g") == "new");
}

TEST_CASE_METHOD(rename_test, "a rename keeps an object that must not be replaced") {
    put("f", "new");
    put("g", "old");
    CHECK(error_of(rename("f", "g", overwrite::refused)) == errc::already_exists);
    CHECK(content("f") == "new");
    CHECK(content("g") == "old");
    value_of(rename("f", "h", overwrite::refused));
    CHECK(content("h") == "new");
}

TEST_CASE_METHOD(rename_test, "renaming makes the directories above the new name") {
    put("f", "x");
    value_of(rename("f", "a/b/g"));
    CHECK(content("a/b/g") == "x");
    value_of(make_directory("d/"));
    value_of(rename("d/", "c/e/d/"));
    CHECK(stat("c/e/d/").directory);
}

TEST_CASE_METHOD(rename_test, "a directory moves with everything in it") {
    put("a/f", "1");
    put("a/b/g", "2");
    value_of(make_directory("a/empty/"));
    value_of(rename("a/", "z/"));
    CHECK_FALSE(exists("a/"));
    CHECK(content("z/f") == "1");
    CHECK(content("z/b/g") == "2");
    CHECK(stat("z/empty/").directory);
    CHECK(keys("") == std::multiset<std::string>{"z/"});
}

TEST_CASE_METHOD(rename_test, "a directory may be named without its slash") {
    put("a/f", "1");
    value_of(rename("a", "b"));
    CHECK(content("b/f") == "1");
}

TEST_CASE_METHOD(rename_test, "a directory never replaces anything") {
    put("a/f", "1");
    put("b/g", "2");
    put("o", "3");
    value_of(make_directory("empty/"));
    for (const auto existing : {overwrite::allowed, overwrite::refused}) {
        CHECK(error_of(rename("a/", "b/", existing)) == errc::already_exists);
        CHECK(error_of(rename("a/", "empty/", existing)) == errc::already_exists);
        CHECK(error_of(rename("a/", "o/", existing)) == errc::already_exists);
    }
    CHECK(content("a/f") == "1");
    CHECK(content("b/g") == "2");
    CHECK(content("o") == "3");
    CHECK(stat("empty/").directory);
}

TEST_CASE_METHOD(rename_test, "an object never replaces a directory") {
    put("f", "1");
    value_of(make_directory("empty/"));
    put("full/g", "2");
    for (const auto* to : {"empty", "full"}) {
        CHECK_FALSE(rename("f", to, overwrite::allowed));
        CHECK_FALSE(rename("f", to, overwrite::refused));
    }
    CHECK(error_of(rename("f", "empty", overwrite::allowed)) == errc::is_a_directory);
    CHECK(content("f") == "1");
    CHECK(content("full/g") == "2");
    CHECK(stat("empty/").directory);
}

TEST_CASE_METHOD(rename_test, "a directory cannot be moved into itself") {
    put("a/b/f", "1");
    for (const auto* to : {"a/c/", "a/b/c/", "a/b/c/d/", "a/"})
        CHECK(error_of(rename("a/", to)) == errc::nested_rename);
    CHECK(content("a/b/f") == "1");
    CHECK(below("a/") == std::multiset<std::string>{"a/b/"});
}

TEST_CASE_METHOD(rename_test, "a sibling whose name begins alike is not inside") {
    put("a/f", "1");
    value_of(rename("a/", "ab/"));
    CHECK(content("ab/f") == "1");
    put("c/f", "2");
    value_of(rename("c/", "cc/c/"));
    CHECK(content("cc/c/f") == "2");
}

TEST_CASE_METHOD(rename_test, "a directory may move up, out of another") {
    put("a/b/c/f", "1");
    value_of(rename("a/b/c/", "c/"));
    CHECK(content("c/f") == "1");
    CHECK(stat("a/b/").directory);
}

TEST_CASE_METHOD(rename_test, "renaming what does not exist is not_found and makes nothing") {
    CHECK(error_of(rename("missing", "a/b")) == errc::not_found);
    CHECK(error_of(rename("missing/", "a/b/")) == errc::not_found);
    CHECK(error_of(rename("missing/f", "a/b")) == errc::not_found);
    CHECK(keys("").empty());
}

TEST_CASE_METHOD(rename_test, "with real directories nothing moves below an object") {
    if (!can().real_directories)
        return;
    put("f", "1");
    put("g", "2");
    value_of(make_directory("d/"));
    CHECK(error_of(rename("f", "g/x")) == errc::not_a_directory);
    CHECK(error_of(rename("d/", "g/x/")) == errc::not_a_directory);
    CHECK(error_of(rename("f", "f/x")) == errc::not_a_directory);
    CHECK(content("f") == "1");
}

TEST_CASE_METHOD(rename_test, "an object renamed to its own name stays") {
    put("f", "content");
    static_cast<void>(rename("f", "f"));
    CHECK(content("f") == "content");
}

TEST_CASE_METHOD(rename_test, "the bucket's top cannot be renamed") {
    put("f", "x");
    CHECK_FALSE(rename("", "a/"));
    CHECK_FALSE(rename("f", ""));
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(rename_test, "an upload goes on while its directory is renamed") {
    put("d/other", "x");
    const auto to = begin("d/f");
    value_of(write(*to, "content"));
    value_of(rename("d/", "e/"));
    value_of(commit(*to));
    CHECK(content("d/f") == "content");
    CHECK(content("e/other") == "x");
}

TEST_CASE_METHOD(rename_test, "a directory of more than one page moves as a whole") {
    constexpr int files = 1100;
    for (int i = 0; i < files; ++i)
        put("a/" + std::to_string(i), std::to_string(i));
    value_of(rename("a/", "b/"));
    CHECK_FALSE(exists("a/"));
    CHECK(below("b/").size() == files);
    CHECK(content("b/1099") == "1099");
}

TEST_CASE_METHOD(rename_test, "a directory stays when what was last in it is renamed away") {
    put("a/b/f", "1");
    value_of(rename("a/b/f", "g"));
    CHECK(stat("a/b/").directory);
    put("c/d/f", "1");
    value_of(rename("c/d/", "e/"));
    CHECK(stat("c/").directory);
}
