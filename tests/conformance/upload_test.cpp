#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(adapter_test, "an upload is invisible until it is committed") {
    const auto to = begin("f");
    value_of(write(*to, pattern(300'000)));
    value_of(write(*to, "more"));
    CHECK_FALSE(exists("f"));
    CHECK(keys("").empty());
    value_of(commit(*to));
    CHECK(stat("f").size == 300'004);
}

TEST_CASE_METHOD(adapter_test, "the old object is readable until the new one replaces it at once") {
    put("f", "old content");
    const auto before = version("f").etag;
    const auto to = begin("f");
    value_of(write(*to, "new"));
    CHECK(content("f") == "old content");
    CHECK(stat("f").size == 11);
    CHECK(version("f").etag == before);
    value_of(commit(*to, " content of another size"));
    CHECK(content("f") == "new content of another size");
    CHECK(version("f").etag != before);
}

TEST_CASE_METHOD(adapter_test, "a shorter version leaves nothing of a longer one behind") {
    put("f", pattern(2 << 20));
    put("f", "short");
    CHECK(content("f") == "short");
}

TEST_CASE_METHOD(adapter_test, "commit tells the version that stat tells afterwards") {
    const auto stored = put("f", "123456789");
    CHECK(stored.size == 9);
    CHECK(stored.crc64.value_or(0x995dc9bbdf1939fa) == 0x995dc9bbdf1939fa);
    const auto found = version("f");
    CHECK(found.etag == stored.etag);
    CHECK(found.size == stored.size);
    if (found.crc64 && stored.crc64)
        CHECK(found.crc64 == stored.crc64);
}

TEST_CASE_METHOD(adapter_test, "an empty object can be stored") {
    const auto stored = put("empty", "");
    CHECK(stored.size == 0);
    CHECK(stored.crc64.value_or(0) == 0);
    CHECK(stat("empty").size == 0);
    put("empty", "no longer");
    put("empty", "");
    CHECK(content("empty").empty());
}

TEST_CASE_METHOD(adapter_test, "a whole small object may come at commit") {
    const auto to = begin("f");
    const auto stored = value_of(commit(*to, "all of it"));
    CHECK(stored.size == 9);
    CHECK(content("f") == "all of it");
}

TEST_CASE_METHOD(adapter_test, "many writes of odd sizes make one object") {
    const auto bytes = pattern((1 << 20) + 333);
    const auto to = begin("f");
    std::size_t at = 0;
    for (std::size_t step = 1; at < bytes.size(); step = step * 3 % 70'001 + 1) {
        value_of(write(*to, bytes.substr(at, step)));
        at += step;
    }
    const auto stored = value_of(commit(*to));
    CHECK(stored.size == bytes.size());
    CHECK(content("f") == bytes);
}

TEST_CASE_METHOD(adapter_test, "empty writes change nothing") {
    const auto to = begin("f");
    value_of(write(*to, ""));
    value_of(write(*to, "a"));
    value_of(write(*to, ""));
    value_of(commit(*to));
    CHECK(content("f") == "a");
}

TEST_CASE_METHOD(adapter_test, "an aborted upload leaves the old object and nothing else") {
    put("f", "old");
    const auto to = begin("f");
    value_of(write(*to, pattern(1 << 20)));
    abort(*to);
    CHECK(content("f") == "old");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "an upload may be aborted before its first byte") {
    const auto to = begin("f");
    abort(*to);
    CHECK_FALSE(exists("f"));
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "an upload that is given up or refused makes no directories") {
    const auto given_up = begin("a/b/f");
    value_of(write(*given_up, "content"));
    abort(*given_up);
    CHECK(keys("").empty());
    const auto beyond_the_end = try_begin("a/b/f", overwrite::allowed, 1);
    const auto failed =
        beyond_the_end ? write(**beyond_the_end, "content") : beyond_the_end.error();
    CHECK(error_of(failed) == errc::range_not_satisfiable);
    CHECK(keys("").empty());
}

TEST_CASE_METHOD(adapter_test, "a dropped upload leaves the old object and nothing else") {
    put("f", "old");
    {
        const auto to = begin("f");
        value_of(write(*to, pattern(1 << 20)));
    }
    CHECK(content("f") == "old");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "a committed upload leaves nothing but the object") {
    put("f", "content");
    const auto to = begin("g");
    value_of(write(*to, "content"));
    value_of(commit(*to));
    CHECK(leftovers() == 0);
    CHECK(keys("") == std::multiset<std::string>{"f", "g"});
}

TEST_CASE_METHOD(adapter_test, "overwrite::refused keeps an object that exists") {
    put("f", "old");
    const auto refused = try_put("f", "new", overwrite::refused);
    CHECK(error_of(refused) == errc::already_exists);
    CHECK(content("f") == "old");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "overwrite::refused stores what does not exist yet") {
    value_of(try_put("f", "new", overwrite::refused));
    CHECK(content("f") == "new");
}

TEST_CASE_METHOD(adapter_test, "overwrite::refused holds against an object that comes meanwhile") {
    const auto to = begin("f", overwrite::refused);
    value_of(write(*to, "slow"));
    put("f", "quick");
    CHECK(error_of(commit(*to)) == errc::already_exists);
    abort(*to);
    CHECK(content("f") == "quick");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "of two uploads of one name the last commit wins") {
    const auto one = begin("f");
    const auto two = begin("f");
    value_of(write(*one, "one"));
    value_of(write(*two, "two"));
    value_of(commit(*two));
    CHECK(content("f") == "two");
    value_of(commit(*one));
    CHECK(content("f") == "one");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "uploads of different names run beside each other") {
    const auto one = begin("a");
    const auto two = begin("b");
    value_of(write(*one, "1"));
    value_of(write(*two, "2"));
    value_of(write(*one, "1"));
    value_of(commit(*two));
    value_of(commit(*one));
    CHECK(content("a") == "11");
    CHECK(content("b") == "2");
}

TEST_CASE_METHOD(adapter_test, "an upload onto a directory is refused") {
    value_of(make_directory("d/"));
    put("e/f", "x");
    CHECK(error_of(try_put("", "x")) == errc::is_a_directory);
    CHECK(error_of(try_put("d/", "x")) == errc::is_a_directory);
    if (!can().real_directories)
        return;
    CHECK(error_of(try_put("d", "x")) == errc::is_a_directory);
    CHECK(error_of(try_put("e", "x")) == errc::is_a_directory);
    CHECK(stat("d/").directory);
    CHECK(content("e/f") == "x");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "a directory made meanwhile is not replaced by an upload") {
    if (!can().real_directories)
        return;
    const auto to = begin("d");
    value_of(write(*to, "x"));
    value_of(make_directory("d/"));
    CHECK(error_of(commit(*to)) == errc::is_a_directory);
    abort(*to);
    CHECK(stat("d/").directory);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "with real directories nothing is stored below an object") {
    if (!can().real_directories)
        return;
    put("a", "x");
    CHECK(error_of(try_put("a/x", "y")) == errc::not_a_directory);
    CHECK(error_of(try_put("a/x/y", "y")) == errc::not_a_directory);
    CHECK(content("a") == "x");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "an upload makes the directories above it") {
    put("a/b/c/f", "x");
    CHECK(content("a/b/c/f") == "x");
    CHECK(stat("a/b/").directory);
    CHECK(keys("a/") == std::multiset<std::string>{"a/b/"});
}

TEST_CASE_METHOD(adapter_test, "an upload makes no directories when it is told not to") {
    if (!can().real_directories)
        return;
    const auto refused = try_put("a/f", "x", overwrite::allowed, 0, parents::must_exist);
    CHECK(error_of(refused) == errc::not_found);
    CHECK_FALSE(exists("a"));
    value_of(make_directory("a/"));
    value_of(try_put("a/f", "x", overwrite::allowed, 0, parents::must_exist));
    CHECK(content("a/f") == "x");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test,
                 "an upload whose directory is removed meanwhile is stored all the same") {
    const auto to = begin("d/f");
    value_of(write(*to, "x"));
    static_cast<void>(remove_directory("d/"));
    value_of(commit(*to));
    CHECK(content("d/f") == "x");
}
