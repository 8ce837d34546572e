#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(adapter_test, "a directory that was made is there and empty") {
    value_of(make_directory("d/"));
    CHECK(stat("d/").directory);
    CHECK(keys("") == std::multiset<std::string>{"d/"});
}

TEST_CASE_METHOD(adapter_test, "making a directory makes those above it") {
    value_of(make_directory("a/b/c/"));
    CHECK(stat("a/").directory);
    CHECK(stat("a/b/").directory);
    CHECK(stat("a/b/c/").directory);
}

TEST_CASE_METHOD(adapter_test, "a directory that exists cannot be made again") {
    value_of(make_directory("d/"));
    put("e/f", "x");
    CHECK(error_of(make_directory("d/")) == errc::already_exists);
    CHECK(error_of(make_directory("e/")) == errc::already_exists);
    CHECK(error_of(make_directory("")) == errc::already_exists);
    CHECK(content("e/f") == "x");
}

TEST_CASE_METHOD(adapter_test, "a directory cannot be made where an object has the name") {
    put("f", "x");
    CHECK(error_of(make_directory("f/")) == errc::already_exists);
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(adapter_test, "with real directories none is made below an object") {
    if (!can().real_directories)
        return;
    put("f", "x");
    CHECK(error_of(make_directory("f/d/")) == errc::not_a_directory);
    CHECK(error_of(make_directory("f/d/e/")) == errc::not_a_directory);
}

TEST_CASE_METHOD(adapter_test, "an empty directory can be removed") {
    value_of(make_directory("d/e/"));
    value_of(remove_directory("d/e/"));
    CHECK_FALSE(exists("d/e/"));
    CHECK(stat("d/").directory);
}

TEST_CASE_METHOD(adapter_test, "a directory that holds something cannot be removed") {
    put("a/f", "x");
    value_of(make_directory("b/c/"));
    CHECK(error_of(remove_directory("a/")) == errc::directory_not_empty);
    CHECK(error_of(remove_directory("b/")) == errc::directory_not_empty);
    CHECK(content("a/f") == "x");
    CHECK(stat("b/c/").directory);
}

TEST_CASE_METHOD(adapter_test,
                 "a sibling with a name that begins alike does not keep a directory") {
    value_of(make_directory("d/"));
    put("d2/f", "x");
    put("d-f", "x");
    value_of(remove_directory("d/"));
    CHECK_FALSE(exists("d/"));
    CHECK(content("d2/f") == "x");
    CHECK(content("d-f") == "x");
}

TEST_CASE_METHOD(adapter_test, "removing a directory that does not exist is not_found") {
    CHECK(error_of(remove_directory("d/")) == errc::not_found);
    CHECK(error_of(remove_directory("d/e/")) == errc::not_found);
}

TEST_CASE_METHOD(adapter_test, "the bucket itself cannot be removed") {
    CHECK_FALSE(remove_directory(""));
    CHECK_FALSE(remove(""));
    put("f", "x");
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(adapter_test,
                 "an object is not removed as a directory, nor a directory as an object") {
    put("f", "x");
    value_of(make_directory("d/"));
    const auto as_directory = remove_directory("f/");
    CHECK_FALSE(as_directory);
    const auto as_object = remove("d");
    CHECK_FALSE(as_object);
    if (can().real_directories) {
        CHECK(error_of(as_directory) == errc::not_a_directory);
        CHECK(error_of(as_object) == errc::is_a_directory);
    }
    CHECK(content("f") == "x");
    CHECK(stat("d/").directory);
}

TEST_CASE_METHOD(adapter_test, "an object that was removed is gone") {
    put("f", "x");
    put("d/g", "y");
    value_of(remove("f"));
    value_of(remove("d/g"));
    CHECK_FALSE(exists("f"));
    CHECK_FALSE(exists("d/g"));
    CHECK(error_of(try_read("f")) == errc::not_found);
    CHECK(keys("").count("f") == 0);
}

TEST_CASE_METHOD(adapter_test, "removing what does not exist is not_found") {
    CHECK(error_of(remove("f")) == errc::not_found);
    CHECK(error_of(remove("d/f")) == errc::not_found);
    put("f", "x");
    value_of(remove("f"));
    CHECK(error_of(remove("f")) == errc::not_found);
}

TEST_CASE_METHOD(adapter_test, "a name can be used again after it was removed") {
    put("n", "object");
    value_of(remove("n"));
    value_of(make_directory("n/"));
    value_of(remove_directory("n/"));
    put("n", "object again");
    CHECK(content("n") == "object again");
}

TEST_CASE_METHOD(adapter_test, "a directory stays when its last object goes") {
    put("d/e", "x");
    put("d/f", "x");
    value_of(remove("d/f"));
    value_of(remove("d/e"));
    CHECK(stat("d/").directory);
    value_of(remove_directory("d/"));
    CHECK_FALSE(exists("d/"));
}
