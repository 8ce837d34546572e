#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

constexpr auto at_end = storage::upload_request::at_end;

class append_test : public adapter_test {
public:
    std::unique_ptr<storage::upload> continue_at(const std::string& key, std::uint64_t offset) {
        return begin(key, overwrite::allowed, offset);
    }
    result<storage::put_result> put_at(const std::string& key, std::uint64_t offset,
                                       const std::string& content) {
        return try_put(key, content, overwrite::allowed, offset);
    }
};

} // namespace

TEST_CASE_METHOD(append_test, "append keeps the object and adds to it") {
    put("f", "head");
    const auto stored = value_of(put_at("f", at_end, "-tail"));
    CHECK(stored.size == 9);
    CHECK(content("f") == "head-tail");
}

TEST_CASE_METHOD(append_test, "append in many writes adds them in order") {
    const auto head = pattern((2 << 20) + 5);
    put("f", head);
    const auto to = continue_at("f", at_end);
    auto expected = head;
    for (int i = 0; i < 20; ++i) {
        const auto piece = std::to_string(i) + std::string(40'000, 'p');
        value_of(write(*to, piece));
        expected += piece;
    }
    value_of(commit(*to, "end"));
    CHECK(content("f") == expected + "end");
}

TEST_CASE_METHOD(append_test, "append to a missing object begins one") {
    value_of(put_at("d/f", at_end, "new"));
    CHECK(content("d/f") == "new");
}

TEST_CASE_METHOD(append_test, "append to an empty object") {
    put("f", "");
    value_of(put_at("f", at_end, "x"));
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(append_test, "append of nothing keeps the content") {
    put("f", "content");
    const auto stored = value_of(put_at("f", at_end, ""));
    CHECK(stored.size == 7);
    CHECK(content("f") == "content");
}

TEST_CASE_METHOD(append_test, "an offset keeps what stands before it and drops the rest") {
    const auto old = pattern((1 << 20) + 100);
    for (const std::size_t offset :
         {std::size_t{1}, std::size_t{4096}, old.size() - 1, old.size()}) {
        INFO("offset " << offset);
        put("f", old);
        const auto stored = value_of(put_at("f", offset, "tail"));
        CHECK(stored.size == offset + 4);
        CHECK(content("f") == old.substr(0, offset) + "tail");
    }
}

TEST_CASE_METHOD(append_test, "an offset beyond the object is range_not_satisfiable") {
    put("f", "content");
    const auto refused = [&](const std::string& key, std::uint64_t offset) {
        CHECK(error_of(put_at(key, offset, "x")) == errc::range_not_satisfiable);
    };
    refused("f", 8);
    refused("f", std::uint64_t{1} << 40);
    refused("f", at_end - 1);
    refused("missing", 1);
    CHECK(content("f") == "content");
    CHECK_FALSE(exists("missing"));
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(append_test, "an append is invisible until it is committed") {
    put("f", "head");
    const auto to = continue_at("f", at_end);
    value_of(write(*to, "tail"));
    CHECK(content("f") == "head");
    CHECK(stat("f").size == 4);
    value_of(commit(*to));
    CHECK(content("f") == "headtail");
}

TEST_CASE_METHOD(append_test, "an aborted or dropped append leaves the object as it was") {
    put("f", "head");
    const auto before = version("f").etag;
    const auto aborted = continue_at("f", at_end);
    value_of(write(*aborted, "tail"));
    abort(*aborted);
    {
        const auto dropped = continue_at("f", 2);
        value_of(write(*dropped, "tail"));
    }
    CHECK(content("f") == "head");
    CHECK(version("f").etag == before);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(append_test, "an object replaced during an append is precondition_failed") {
    put("f", "head");
    const auto to = continue_at("f", at_end);
    value_of(write(*to, "tail"));
    put("f", "somebody else's");
    CHECK(error_of(commit(*to)) == errc::precondition_failed);
    abort(*to);
    CHECK(content("f") == "somebody else's");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(append_test, "an object removed during an append is precondition_failed") {
    put("f", "head");
    const auto to = continue_at("f", 2);
    value_of(write(*to, "tail"));
    value_of(remove("f"));
    CHECK(error_of(commit(*to)) == errc::precondition_failed);
    abort(*to);
    CHECK_FALSE(exists("f"));
}

TEST_CASE_METHOD(append_test, "of two appends that overlap the later one fails and loses nothing") {
    put("log", "0");
    const auto one = continue_at("log", at_end);
    const auto two = continue_at("log", at_end);
    value_of(write(*one, "1"));
    value_of(write(*two, "2"));
    value_of(commit(*one));
    CHECK(error_of(commit(*two)) == errc::precondition_failed);
    abort(*two);
    CHECK(content("log") == "01");
}

TEST_CASE_METHOD(append_test,
                 "an append that begins an object does not replace one that came meanwhile") {
    const auto one = continue_at("log", at_end);
    const auto two = continue_at("log", at_end);
    value_of(write(*one, "1"));
    value_of(write(*two, "2"));
    value_of(commit(*one));
    CHECK(error_of(commit(*two)) == errc::precondition_failed);
    abort(*two);
    CHECK(content("log") == "1");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(append_test, "append needs the right to overwrite") {
    put("f", "head");
    CHECK(error_of(try_put("f", "tail", overwrite::refused, at_end)) == errc::already_exists);
    value_of(try_put("new", "x", overwrite::refused, at_end));
    CHECK(content("f") == "head");
    CHECK(content("new") == "x");
}

TEST_CASE_METHOD(append_test, "append to a directory is refused") {
    value_of(make_directory("d/"));
    if (can().real_directories)
        CHECK(error_of(put_at("d", at_end, "x")) == errc::is_a_directory);
    CHECK(error_of(put_at("d/", at_end, "x")) == errc::is_a_directory);
}

TEST_CASE_METHOD(append_test, "the checksum after an append is that of the whole object") {
    put("f", "123456789");
    const std::string text = "This is a test of the emergency broadcast system.";
    SECTION("at the end, in one call") {
        CHECK(value_of(put_at("f", at_end, text)).crc64 == 0x6a7aa19fcbf48688);
    }
    SECTION("at an offset equal to the size") {
        CHECK(value_of(put_at("f", 9, text)).crc64 == 0x6a7aa19fcbf48688);
    }
    SECTION("in writes") {
        const auto to = continue_at("f", at_end);
        value_of(write(*to, text.substr(0, 10)));
        CHECK(value_of(commit(*to, text.substr(10))).crc64 == 0x6a7aa19fcbf48688);
    }
    SECTION("after a head that was cut") {
        put("f", "12345678900000");
        CHECK(value_of(put_at("f", 9, text)).crc64 == 0x6a7aa19fcbf48688);
    }
    SECTION("twice") {
        value_of(put_at("f", at_end, text.substr(0, 20)));
        CHECK(value_of(put_at("f", at_end, text.substr(20))).crc64 == 0x6a7aa19fcbf48688);
    }
    CHECK(version("f").crc64.value_or(0x6a7aa19fcbf48688) == 0x6a7aa19fcbf48688);
    CHECK(content("f") == "123456789" + text);
}

TEST_CASE_METHOD(append_test,
                 "the checksum after an append to a large object is that of the whole") {
    auto whole = pattern(20 << 20);
    put("one", whole + "tail");
    put("two", whole);
    const auto appended = value_of(put_at("two", at_end, "tail"));
    CHECK(appended.crc64 == version("one").crc64.value_or(appended.crc64));
    CHECK(digest("one", storage::hash_algorithm::sha256).value() ==
          digest("two", storage::hash_algorithm::sha256).value());
}
