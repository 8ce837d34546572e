#include "storage/path.hpp"

#include "tests/support/paths.hpp"
#include "tests/support/results.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using storage::errc;
using storage::virtual_path;

namespace {

std::string resolved(const std::string& base, const std::string& argument) {
    return value_of(virtual_path::resolve(path(base), argument)).text();
}

} // namespace

TEST_CASE("a path argument is absolute, or relative to the working directory") {
    struct row {
        const char* base;
        const char* argument;
        const char* result;
    };
    const auto [base, argument, expected] = GENERATE(values<row>({
        {"/", "", "/"},
        {"/a/b", "", "/a/b"},
        {"/a/b", "c", "/a/b/c"},
        {"/a/b", "/c", "/c"},
        {"/", "a", "/a"},
        {"/", "/", "/"},
        {"/a", "////", "/"},
        {"/a", "b//c///d", "/a/b/c/d"},
        {"/a", "b/", "/a/b"},
        {"/a", ".", "/a"},
        {"/a", "./b/./c/.", "/a/b/c"},
        {"/a/b", "..", "/a"},
        {"/a/b", "../..", "/"},
        {"/a/b", "../../../../..", "/"},
        {"/a/b", "../c/../d", "/a/d"},
        {"/", "..", "/"},
        {"/", "../a", "/a"},
        {"/a", "/../../etc/passwd", "/etc/passwd"},
        {"/a", "..b", "/a/..b"},
        {"/a", "...", "/a/..."},
        {"/a", " ", "/a/ "},
        {"/a", " b ", "/a/ b "},
        {"/a", "~", "/a/~"},
        {"/a", "b\\..\\c", "/a/b\\..\\c"},
        {"/a", "%2e%2e", "/a/%2e%2e"},
        {"/a", "\xE4\xB8\xAD", "/a/\xE4\xB8\xAD"},
    }));
    CHECK(resolved(base, argument) == expected);
}

TEST_CASE("what cannot be a path is invalid_path") {
    for (const auto& argument :
         {std::string("a\0b", 3), std::string("a\rb"), std::string("a\nb"), std::string("\r\n"),
          std::string("\xFF"), std::string("\xC0\xAE\xC0\xAE"), // an overlong ".."
          std::string("\xED\xA0\x80"), std::string("cut \xE4\xB8"), std::string(5000, 'x')})
        CHECK(error_of(virtual_path::resolve(virtual_path(), argument)) == errc::invalid_path);
}

TEST_CASE("a path has at most max_length bytes with what it is relative to") {
    const auto deep = path(std::string(virtual_path::max_length - 1, 'x'));
    CHECK(deep.text().size() == virtual_path::max_length);
    CHECK_FALSE(virtual_path::resolve(deep, "x"));
    CHECK(virtual_path::resolve(deep, ""));
    CHECK_FALSE(virtual_path::resolve(virtual_path(), std::string(virtual_path::max_length, 'x')));
}

TEST_CASE("a path knows its name and its parent") {
    CHECK(path("/a/b").name() == "b");
    CHECK(path("/a").name() == "a");
    CHECK(virtual_path().name().empty());
    CHECK(path("/a/b").parent() == path("/a"));
    CHECK(path("/a").parent() == virtual_path());
    CHECK(virtual_path().parent() == virtual_path());
    CHECK(virtual_path().is_root());
    CHECK_FALSE(path("/a").is_root());
}

TEST_CASE("a path lies within another by whole segments only") {
    CHECK(path("/a/b").is_within(path("/a")));
    CHECK(path("/a").is_within(path("/a")));
    CHECK(path("/a").is_within(virtual_path()));
    CHECK(virtual_path().is_within(virtual_path()));
    CHECK_FALSE(path("/ab").is_within(path("/a")));
    CHECK_FALSE(path("/a").is_within(path("/a/b")));
    CHECK_FALSE(virtual_path().is_within(path("/a")));
}

TEST_CASE("the part below an ancestor has no leading slash") {
    CHECK(path("/a/b/c").below(path("/a")) == "b/c");
    CHECK(path("/a/b").below(virtual_path()) == "a/b");
    CHECK(path("/a").below(path("/a")).empty());
    CHECK(virtual_path().below(virtual_path()).empty());
}
