#include "tests/conformance/adapter_test.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <map>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

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

// An upload of one line beside others, and when it ran: `begun` and `ended` count the begins and
// ends of all of them.
struct line_upload {
    std::string line;
    std::uint64_t offset = at_end;
    int begun = 0;
    int ended = 0;
    error_code failed;
};

awaitable<error_code> upload_line(storage::adapter& store, std::string key, line_upload what) {
    storage::upload_request request(std::move(key), overwrite::allowed);
    request.offset = what.offset;
    const auto to = co_await store.open_upload(std::move(request));
    if (!to)
        co_return to.error();
    const auto stored = co_await (*to)->commit(what.line);
    if (stored)
        co_return error_code();
    co_await (*to)->abort();
    co_return stored.error();
}

class append_race_test : public append_test {
public:
    static constexpr int threads = 6;
    static constexpr int rounds = 25;

    /// Each thread uploads its lines to "log" one after another; the first `plain` threads
    /// replace the object, the others append. Returns them by their lines.
    std::map<std::string, line_upload> race(int plain) {
        std::vector<line_upload> uploads(threads * rounds);
        std::atomic<int> clock{0};
        std::latch all_are_there(threads);
        const auto work = [&](int t) {
            event_loop own;
            all_are_there.arrive_and_wait();
            for (int round = 0; round < rounds; ++round) {
                auto& u = uploads[static_cast<std::size_t>(t * rounds + round)];
                u.line = std::to_string(t) + '.' + std::to_string(round) + '\n';
                u.offset = t < plain ? 0 : at_end;
                u.begun = clock++;
                u.failed = own.run(upload_line(store(), "log", u));
                u.ended = clock++;
            }
        };
        std::vector<std::thread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back(work, t);
        for (auto& t : running)
            t.join();
        std::map<std::string, line_upload> by_line;
        for (auto& u : uploads)
            by_line.emplace(u.line, u);
        return by_line;
    }

    std::vector<std::string> lines_of_log() {
        std::vector<std::string> lines;
        const auto text = content("log");
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = std::min(text.find('\n', begin), text.size() - 1) + 1;
            lines.push_back(text.substr(begin, end - begin));
            begin = end;
        }
        return lines;
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
        CHECK(value_of(put_at("f", at_end, text)).crc64.value_or(0x6a7aa19fcbf48688) ==
              0x6a7aa19fcbf48688);
    }
    SECTION("at an offset equal to the size") {
        CHECK(value_of(put_at("f", 9, text)).crc64.value_or(0x6a7aa19fcbf48688) ==
              0x6a7aa19fcbf48688);
    }
    SECTION("in writes") {
        const auto to = continue_at("f", at_end);
        value_of(write(*to, text.substr(0, 10)));
        CHECK(value_of(commit(*to, text.substr(10))).crc64.value_or(0x6a7aa19fcbf48688) ==
              0x6a7aa19fcbf48688);
    }
    SECTION("after a head that was cut") {
        put("f", "12345678900000");
        CHECK(value_of(put_at("f", 9, text)).crc64.value_or(0x6a7aa19fcbf48688) ==
              0x6a7aa19fcbf48688);
    }
    SECTION("twice") {
        value_of(put_at("f", at_end, text.substr(0, 20)));
        CHECK(value_of(put_at("f", at_end, text.substr(20))).crc64.value_or(0x6a7aa19fcbf48688) ==
              0x6a7aa19fcbf48688);
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
    if (appended.crc64 && version("one").crc64)
        CHECK(appended.crc64 == version("one").crc64);
    CHECK(digest("one", storage::hash_algorithm::sha256).value() ==
          digest("two", storage::hash_algorithm::sha256).value());
}

TEST_CASE_METHOD(append_race_test,
                 "of many appends at once each that succeeds is there exactly once") {
    put("log", "head\n");
    const auto uploads = race(0);
    const auto found = lines_of_log();
    CHECK(found.front() == "head\n");
    std::multiset<std::string> expected{"head\n"};
    for (const auto& [line, upload] : uploads) {
        if (upload.failed)
            CHECK(upload.failed == errc::precondition_failed);
        else
            expected.insert(line);
    }
    CHECK(std::multiset<std::string>(found.begin(), found.end()) == expected);
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(append_race_test, "many appends at once begin one object together") {
    const auto uploads = race(0);
    std::multiset<std::string> expected;
    for (const auto& [line, upload] : uploads)
        if (!upload.failed)
            expected.insert(line);
    const auto found = lines_of_log();
    CHECK(std::multiset<std::string>(found.begin(), found.end()) == expected);
}

TEST_CASE_METHOD(append_race_test,
                 "an append that succeeds beside whole uploads adds to what stood at its commit") {
    put("log", "head\n");
    const auto uploads = race(2);
    const auto found = lines_of_log();
    REQUIRE(uploads.count(found.front()) == 1);
    const auto& whole = uploads.at(found.front());
    CHECK(whole.offset == 0);
    CHECK(std::set(found.begin(), found.end()).size() == found.size());

    // Behind the whole upload stand appends that succeeded and did not end before it began, in
    // an order that can be.
    int latest_begin = whole.begun;
    for (std::size_t i = 1; i < found.size(); ++i) {
        const auto& upload = uploads.at(found[i]);
        CHECK(upload.offset == at_end);
        CHECK_FALSE(upload.failed);
        CHECK(upload.ended > latest_begin);
        latest_begin = std::max(latest_begin, upload.begun);
    }
    // And none is missing.
    for (const auto& [line, upload] : uploads) {
        if (upload.failed) {
            CHECK(upload.offset == at_end);
            CHECK(upload.failed == errc::precondition_failed);
        } else if (upload.offset == at_end && upload.begun > whole.ended) {
            CHECK(std::count(found.begin(), found.end(), line) == 1);
        }
    }
    CHECK(leftovers() == 0);
}
