#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

const std::vector<std::string> odd_names = {
    "name with spaces",
    " leading and trailing space ",
    "-rf",
    "--",
    ".hidden",
    "...",
    "~",
    "*",
    "a?b[c]",
    "100%",
    "%2F%00%25",
    "a+b&c=d;e,f#g",
    "'single' \"double\"",
    "back\\slash",
    "`$HOME`",
    "<tag attribute='&amp;'>",
    "colon:pipe|",
    "\x01\x1F\x7F\t",
    "Gr\xC3\xB6\xC3\x9F"
    "e",
    "\xE4\xB8\xAD\xE6\x96\x87\xE6\x96\x87\xE4\xBB\xB6.txt",
    "\xF0\x9F\x98\x80\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
    "e\xCC\x81", // decomposed: must not be taken for the next
    "\xC3\xA9",
    "UPPER",
    "upper",
};

} // namespace

TEST_CASE_METHOD(adapter_test, "odd names are stored, found, listed and read under themselves") {
    std::multiset<std::string> all;
    for (const auto& name : odd_names) {
        INFO(name);
        put(name, "content of " + name);
        put("d/" + name, "x");
        all.insert(name);
    }
    all.insert("d/");
    CHECK(keys("") == all);
    for (const auto& name : odd_names) {
        INFO(name);
        CHECK(content(name) == "content of " + name);
        CHECK(stat("d/" + name).size == 1);
        CHECK(keys("d/" + name).count("d/" + name) == 1);
    }
}

TEST_CASE_METHOD(adapter_test, "directories may have odd names too") {
    for (const auto& name : odd_names) {
        INFO(name);
        value_of(make_directory(name + "/"));
        put(name + "/f", name);
        CHECK(keys(name + "/").count(name + "/f") == 1);
        CHECK(content(name + "/f") == name);
        value_of(remove(name + "/f"));
    }
}

TEST_CASE_METHOD(adapter_test, "odd names can be renamed, copied and removed") {
    if (!can().renames)
        return;
    for (const auto& name : odd_names) {
        INFO(name);
        put("plain", name);
        value_of(rename("plain", name));
        value_of(copy(name, "d/" + name));
        CHECK(content("d/" + name) == name);
        value_of(remove(name));
        CHECK_FALSE(exists(name));
    }
}

TEST_CASE_METHOD(adapter_test, "a name of 255 bytes can be stored") {
    const std::string name(255, 'n');
    std::string umlauts;
    for (int i = 0; i < 127; ++i)
        umlauts += "\xC3\xA4";
    for (const auto& n : {name, umlauts}) {
        put(n, "x");
        put("d/" + n, "y");
        value_of(make_directory("e/" + n + "/"));
        CHECK(content(n) == "x");
        CHECK(keys("d/").count("d/" + n) == 1);
    }
}

TEST_CASE_METHOD(adapter_test, "with real directories a name of 256 bytes is invalid_name") {
    if (!can().real_directories)
        return;
    const std::string name(256, 'n');
    put("f", "x");
    for (const auto& key : {name, "d/" + name, name + "/f", "d/" + name + "/f"}) {
        CHECK(error_of(try_put(key, "x")) == errc::invalid_name);
        CHECK(error_of(rename("f", key)) == errc::invalid_name);
        CHECK(error_of(make_directory(key + "/")) == errc::invalid_name);
        CHECK_FALSE(try_stat(key));
        CHECK_FALSE(try_read(key));
    }
    CHECK(content("f") == "x");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(adapter_test, "a long path of short names can be stored") {
    std::string key;
    for (int i = 0; i < 100; ++i)
        key += "segment/";
    key += "f";
    put(key, "deep");
    CHECK(content(key) == "deep");
}
