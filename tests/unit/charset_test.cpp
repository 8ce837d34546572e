#include "server/protocol/charset.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace objftpd::server;
using namespace std::string_view_literals;
using objftpd::config::charset;

TEST_CASE("names travel between UTF-8 and the charset of an account") {
    struct row {
        charset set;
        std::string_view wire, utf8;
    };
    const row rows[] = {
        {charset::utf8, "", ""},
        {charset::utf8, "a b", "a b"},
        {charset::utf8, "\xE4\xB8\xAD\xE6\x96\x87", "\xE4\xB8\xAD\xE6\x96\x87"},
        {charset::gbk, "", ""},
        {charset::gbk, "plain.txt", "plain.txt"},
        {charset::gbk, "\xD6\xD0\xCE\xC4.txt", "\xE4\xB8\xAD\xE6\x96\x87.txt"},
        // The second byte of a character may look like a backslash, and four bytes may make one.
        {charset::gbk, "\x81\x5C", "\xE4\xB9\x97"},
        {charset::gbk, "\x94\x39\xFC\x36", "\xF0\x9F\x98\x80"},
        {charset::gbk, "\x81\x30\x81\x30", "\xC2\x80"},
        {charset::latin1, "caf\xE9", "caf\xC3\xA9"},
        {charset::latin1, "\xFF", "\xC3\xBF"},
        // What happens to be valid UTF-8 is the charset's all the same.
        {charset::latin1, "\xC3\xA9", "\xC3\x83\xC2\xA9"},
        {charset::gbk, "\xE4\xB8\xAD\xE6\x96\x87", "\xE6\xB6\x93\xEE\x85\x9F\xE6\x9E\x83"},
    };
    for (const auto& [set, wire, utf8] : rows) {
        CAPTURE(wire, utf8);
        CHECK(decode_name(wire, set) == std::string(utf8));
        CHECK(encode_name(utf8, set) == std::string(wire));
    }
}

TEST_CASE("a name that does not decode is none, and a good one behind it is not harmed") {
    CHECK_FALSE(decode_name("\xD6\xD0", charset::utf8));
    CHECK_FALSE(decode_name("\xD6", charset::gbk));
    CHECK(decode_name("\xD6\xD0", charset::gbk) == std::string("\xE4\xB8\xAD"));
    CHECK_FALSE(decode_name("\xD6\xD0\xFF", charset::gbk));
    CHECK_FALSE(decode_name("\x81\x30\x81", charset::gbk));
    CHECK_FALSE(decode_name("\xD6\n", charset::gbk));
    CHECK(decode_name("\xD6\xD0", charset::gbk) == std::string("\xE4\xB8\xAD"));
}

TEST_CASE("a character that the charset has not is none, nor is broken UTF-8") {
    CHECK_FALSE(encode_name("\xE4\xB8\xAD", charset::latin1));
    CHECK_FALSE(encode_name("a\xE2\x82\xAC", charset::latin1));
    for (const auto set : {charset::utf8, charset::gbk, charset::latin1}) {
        CHECK_FALSE(encode_name("\xFF", set));
        CHECK_FALSE(encode_name("\xED\xA0\x80", set));
    }
    CHECK(encode_name("\xC3\xA9", charset::latin1) == std::string("\xE9"));
}

TEST_CASE("long names convert whole") {
    std::string wire;
    std::string utf8;
    for (int i = 0; i < 1365; ++i) {
        wire += "\x94\x39\xFC\x36";
        utf8 += "\xF0\x9F\x98\x80";
    }
    CHECK(decode_name(wire, charset::gbk) == utf8);
    CHECK(encode_name(utf8, charset::gbk) == wire);
    CHECK(decode_name(std::string(4096, '\xE9'), charset::latin1)->size() == 8192);
}

TEST_CASE("threads convert side by side") {
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&wrong] {
            for (int n = 0; n < 500; ++n)
                if (decode_name("\xD6\xD0\xCE\xC4", charset::gbk) != "\xE4\xB8\xAD\xE6\x96\x87" ||
                    encode_name("\xC3\xA9", charset::latin1) != "\xE9")
                    ++wrong;
        });
    for (auto& thread : threads)
        thread.join();
    CHECK(wrong == 0);
}
