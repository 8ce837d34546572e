#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

constexpr std::size_t some_megabytes = (3 << 20) + 17;

} // namespace

TEST_CASE_METHOD(adapter_test, "what was stored is read back") {
    const auto bytes = pattern(some_megabytes);
    put("f", bytes);
    CHECK(content("f") == bytes);
}

TEST_CASE_METHOD(adapter_test, "a body tells what it is and how much is left") {
    put("f", "0123456789");
    const auto from = value_of(try_read("f", 3));
    CHECK(from->info().size == 10);
    CHECK(from->remaining() == 7);
    std::vector<char> buffer(4);
    const auto n = value_of(run(from->read_some(buffer)));
    CHECK(n > 0);
    CHECK(from->remaining() == 7 - n);
}

TEST_CASE_METHOD(adapter_test, "reading by small steps gives the same bytes") {
    const auto bytes = pattern(10'000);
    put("f", bytes);
    for (const std::size_t step : {1, 7, 4096, 20'000}) {
        const auto from = value_of(try_read("f"));
        CHECK(rest_of(*from, step) == bytes);
    }
}

TEST_CASE_METHOD(adapter_test, "reading begins at the offset") {
    const auto bytes = pattern(some_megabytes);
    put("f", bytes);
    for (const std::size_t offset : {std::size_t{1}, std::size_t{4096}, some_megabytes - 1})
        CHECK(content("f", offset) == bytes.substr(offset));
}

TEST_CASE_METHOD(adapter_test, "an offset equal to the size is an empty body") {
    put("f", "content");
    const auto from = value_of(try_read("f", 7));
    CHECK(from->remaining() == 0);
    CHECK(rest_of(*from).empty());
}

TEST_CASE_METHOD(adapter_test, "an offset beyond the size is range_not_satisfiable") {
    put("f", "content");
    put("empty", "");
    CHECK(error_of(try_read("f", 8)) == errc::range_not_satisfiable);
    CHECK(error_of(try_read("empty", 1)) == errc::range_not_satisfiable);
    CHECK(error_of(try_read("f", UINT64_MAX)) == errc::range_not_satisfiable);
    CHECK(error_of(try_read("f", std::uint64_t{1} << 63)) == errc::range_not_satisfiable);
}

TEST_CASE_METHOD(adapter_test, "an empty object is an empty body") {
    put("empty", "");
    CHECK(content("empty").empty());
}

TEST_CASE_METHOD(adapter_test, "reading past the end gives zero bytes again and again") {
    put("f", "x");
    const auto from = value_of(try_read("f"));
    rest_of(*from);
    std::vector<char> buffer(10);
    for (int i = 0; i < 3; ++i)
        CHECK(value_of(run(from->read_some(buffer))) == 0);
}

TEST_CASE_METHOD(adapter_test, "a missing object is not_found") {
    put("d/f", "x");
    CHECK(error_of(try_read("missing")) == errc::not_found);
    CHECK(error_of(try_read("d/missing")) == errc::not_found);
    CHECK(error_of(try_read("missing/f")) == errc::not_found);
}

TEST_CASE_METHOD(adapter_test, "a directory cannot be read") {
    value_of(make_directory("d/"));
    put("e/f", "x");
    CHECK(error_of(try_read("")) == errc::is_a_directory);
    for (const auto* key : {"d", "e"}) {
        const auto opened = try_read(key);
        if (can().real_directories)
            CHECK(error_of(opened) == errc::is_a_directory);
        else
            CHECK_FALSE(opened);
    }
}

TEST_CASE_METHOD(adapter_test, "reading goes on with the old version while it is replaced") {
    const auto old = pattern(some_megabytes);
    put("f", old);
    const auto from = value_of(try_read("f"));
    std::vector<char> buffer(1000);
    const auto n = value_of(run(from->read_some(buffer)));
    put("f", "something else");
    auto whole = std::string(buffer.data(), n);
    whole += rest_of(*from);
    CHECK(whole == old);
    CHECK(content("f") == "something else");
}

TEST_CASE_METHOD(adapter_test, "reading goes on while the object is removed or renamed") {
    if (!can().renames)
        return;
    const auto bytes = pattern(some_megabytes);
    put("f", bytes);
    put("g", bytes);
    const auto removed = value_of(try_read("f"));
    const auto renamed = value_of(try_read("g"));
    value_of(remove("f"));
    value_of(rename("g", "h"));
    CHECK(rest_of(*removed) == bytes);
    CHECK(rest_of(*renamed) == bytes);
}

TEST_CASE_METHOD(adapter_test, "two readers of one object do not disturb each other") {
    const auto bytes = pattern(100'000);
    put("f", bytes);
    const auto one = value_of(try_read("f"));
    const auto two = value_of(try_read("f", 50'000));
    std::vector<char> buffer(1000);
    const auto n = value_of(run(one->read_some(buffer)));
    CHECK(rest_of(*two) == bytes.substr(50'000));
    CHECK(std::string(buffer.data(), n) + rest_of(*one) == bytes);
}

TEST_CASE_METHOD(adapter_test, "a body that is dropped halfway does no harm") {
    put("f", pattern(some_megabytes));
    {
        const auto from = value_of(try_read("f"));
        std::vector<char> buffer(10);
        value_of(run(from->read_some(buffer)));
    }
    value_of(remove("f"));
    CHECK_FALSE(exists("f"));
}
