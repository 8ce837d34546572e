#include "server/protocol/command.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace objftpd::server;
using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

/// What a reader made of its input: lines, with "<too long>" where it said so.
std::vector<std::string> take_all(line_reader& reader) {
    std::vector<std::string> events;
    std::string line;
    for (;;) {
        switch (reader.next(line)) {
        case line_reader::status::need_more:
            return events;
        case line_reader::status::line:
            events.push_back(line);
            break;
        case line_reader::status::too_long:
            events.push_back("<too long>");
            break;
        }
    }
}

std::vector<std::string> lines_of(std::string_view bytes, std::size_t chunk,
                                  std::size_t max_length = 64) {
    line_reader reader(max_length);
    std::vector<std::string> events;
    for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        reader.feed(bytes.substr(at, chunk));
        for (auto& event : take_all(reader))
            events.push_back(std::move(event));
    }
    return events;
}

std::string telnet_answers(std::string_view bytes) {
    line_reader reader(64);
    reader.feed(bytes);
    return reader.take_telnet_answers();
}

} // namespace

TEST_CASE("a line is split into an upper-case verb and an argument with all its spaces") {
    struct row {
        std::string_view line, verb, argument;
    };
    const row rows[] = {
        {"NOOP", "NOOP", ""},
        {"noop", "NOOP", ""},
        {"uSeR alice", "USER", "alice"},
        {"PASS ", "PASS", ""},
        {"PASS  secret ", "PASS", " secret "},
        {"RETR dir with space/a  b ", "RETR", "dir with space/a  b "},
        {"STOR \xE6\x96\x87.txt", "STOR", "\xE6\x96\x87.txt"},
        {"LIST -la dir with space", "LIST", "-la dir with space"},
        {"OPTS utf8 on", "OPTS", "utf8 on"},
        {"XSHA256 x", "XSHA256", "x"},
        {"DELE a\0b"sv, "DELE", "a\0b"sv},
        {"", "", ""},
    };
    for (const auto& [line, verb, argument] : rows) {
        CAPTURE(line);
        const auto parsed = parse_command(line);
        CHECK(parsed.verb == verb);
        CHECK(parsed.argument == argument);
    }
}

TEST_CASE("a verb with anything but letters and digits is empty, so that no command matches") {
    for (const auto line : {" NOOP"sv, "NO\tOP"sv, "NOOP\t"sv, "HOST: example.org"sv,
                            "\xC3\x9CSER x"sv, "GET\0 /"sv, "A-B"sv,
                            "\xFF\xF4"
                            "ABOR"sv,
                            "NOOP\r"sv}) {
        CAPTURE(line);
        CHECK(parse_command(line).verb.empty());
    }
}

TEST_CASE("lines end in CRLF, CR NUL LF or LF, and lose no other byte, however they are cut") {
    struct row {
        std::string_view bytes;
        std::vector<std::string> lines;
    };
    const row rows[] = {
        {"USER a\r\nPASS b\r\n", {"USER a", "PASS b"}},
        {"USER a\nPASS b\n", {"USER a", "PASS b"}},
        {"NOOP\r\0\n"sv, {"NOOP"}},
        {"NOOP\r\0\r\n"sv, {"NOOP\r\0"s}},
        {"NOOP\0\r\n"sv, {"NOOP\0"s}},
        {"NOOP\r\r\n", {"NOOP\r"}},
        {"RETR  a b \r\n", {"RETR  a b "}},
        {"RETR a\rb\r\n", {"RETR a\rb"}},
        {"DELE a\0b\r\n"sv, {"DELE a\0b"s}},
        {"\r\n\n\r\n", {"", "", ""}},
        {"NOOP", {}},
        {"NOOP\r", {}},
    };
    for (const auto& [bytes, lines] : rows)
        for (const std::size_t chunk : {1u, 2u, 3u, 7u, 1000u}) {
            CAPTURE(bytes, chunk);
            CHECK(lines_of(bytes, chunk) == lines);
        }
}

TEST_CASE("a line over the limit is reported once, and the next line is whole") {
    struct row {
        std::string_view bytes;
        std::vector<std::string> events;
    };
    const row rows[] = {
        {"12345678\r\nNOOP\r\n", {"12345678", "NOOP"}},
        {"12345678\r\0\nNOOP\r\n"sv, {"12345678", "NOOP"}},
        {"123456789\r\nNOOP\r\n", {"<too long>", "NOOP"}},
        {"12345678\rx\nNOOP\r\n", {"<too long>", "NOOP"}},
        {"123456789012345678901234567890\nNOOP\r\n", {"<too long>", "NOOP"}},
        {"NOOP\r\n123456789012345678901234567890\n123456789\nQUIT\r\n",
         {"NOOP", "<too long>", "<too long>", "QUIT"}},
        {"123456789", {"<too long>"}},
        {"12345678\r", {}},
        // The LF inside is the number of a Telnet option, not the end of the line.
        {"123456789\xFF\xFD\n0\nNOOP\n", {"<too long>", "NOOP"}},
    };
    for (const auto& [bytes, events] : rows)
        for (const std::size_t chunk : {1u, 2u, 3u, 7u, 1000u}) {
            CAPTURE(bytes, chunk);
            CHECK(lines_of(bytes, chunk, 8) == events);
        }
}

TEST_CASE("an endless line costs no memory") {
    line_reader reader(1024);
    const std::string block(4096, 'x');
    std::vector<std::string> events;
    for (int i = 0; i < 1000; ++i) {
        reader.feed(block);
        for (auto& event : take_all(reader))
            events.push_back(std::move(event));
        REQUIRE(reader.buffered() <= 1024);
    }
    CHECK(events == std::vector<std::string>{"<too long>"});
    reader.feed("\nNOOP\n");
    CHECK(take_all(reader) == std::vector<std::string>{"NOOP"});
}

TEST_CASE("Telnet commands leave no byte in a line, however they are cut") {
    struct row {
        std::string_view bytes;
        std::vector<std::string> lines;
    };
    const row rows[] = {
        // The abort sequence of RFC 959: IP, then Synch.
        {"\xFF\xF4\xFF\xF2"
         "ABOR\r\n",
         {"ABOR"}},
        {"AB\xFF\xF1OR\r\n", {"ABOR"}},
        {"\xFF\xFD\x06NOOP\r\n", {"NOOP"}},
        {"NOOP\xFF\xFB\x01\r\n", {"NOOP"}},
        {"NO\xFF\xFD\nOP\r\n", {"NOOP"}},
        {"NO\xFF\xFE\xFFOP\r\n", {"NOOP"}},
        {"RETR a\xFF\xFF"
         "b\r\n",
         {"RETR a\xFF"
          "b"}},
        {"RETR a\xFF\xFF\xFF\xFF\r\n", {"RETR a\xFF\xFF"}},
    };
    for (const auto& [bytes, lines] : rows)
        for (const std::size_t chunk : {1u, 2u, 3u, 7u, 1000u}) {
            CAPTURE(bytes, chunk);
            CHECK(lines_of(bytes, chunk) == lines);
        }
}

TEST_CASE("a line is known to come with Telnet's Interrupt Process, however it is cut") {
    const std::string bytes = "NOOP\r\n"
                              "\xFF\xF4\xFF\xF4\xFF\xF2STAT\r\n"
                              "NOOP\r\n"
                              "NO\xFF\xF4OP\r\n"
                              "NOOP\r\n\xFF\xF4";
    for (const std::size_t chunk : {1u, 2u, 3u, 7u, 1000u}) {
        CAPTURE(chunk);
        line_reader reader(64);
        std::vector<bool> interrupts;
        std::string line;
        const auto take = [&] {
            while (reader.next(line) == line_reader::status::line)
                interrupts.push_back(reader.interrupts());
        };
        for (std::size_t at = 0; at < bytes.size(); at += chunk) {
            reader.feed(std::string_view(bytes).substr(at, chunk));
            take();
        }
        reader.feed("ABOR\r\n");
        take();
        CHECK(interrupts == std::vector<bool>{false, true, false, true, false, true});
    }
}

TEST_CASE("a 0xFF that begins no Telnet command stays, so that no other file is meant") {
    for (const std::size_t chunk : {1u, 2u, 1000u}) {
        CHECK(lines_of("DELE \xFF"
                       "a.txt\r\n",
                       chunk) == std::vector<std::string>{"DELE \xFF"
                                                          "a.txt"});
        CHECK(lines_of("DELE a\xFF\r\nNOOP\r\n", chunk) ==
              std::vector<std::string>{"DELE a\xFF", "NOOP"});
        CHECK(lines_of("DELE a\xFF\nNOOP\n", chunk) ==
              std::vector<std::string>{"DELE a\xFF", "NOOP"});
    }
}

TEST_CASE("every Telnet option is refused") {
    struct row {
        std::string_view bytes, answers;
    };
    const row rows[] = {
        {"\xFF\xFB\x01", "\xFF\xFE\x01"}, {"\xFF\xFC\x01", "\xFF\xFE\x01"},
        {"\xFF\xFD\x06", "\xFF\xFC\x06"}, {"\xFF\xFE\x06", "\xFF\xFC\x06"},
        {"\xFF\xFB\xFF", "\xFF\xFE\xFF"}, {"\xFF\xFB\x01\xFF\xFD\x03", "\xFF\xFE\x01\xFF\xFC\x03"},
        {"\xFF\xF4\xFF\xF2", ""},         {"\xFF\xFB", ""},
    };
    for (const auto& [bytes, answers] : rows) {
        CAPTURE(bytes);
        CHECK(telnet_answers(bytes) == answers);
    }
}

TEST_CASE("a flood of Telnet options is answered in part, and costs no memory") {
    line_reader reader(64);
    for (int i = 0; i < 10'000; ++i)
        reader.feed("\xFF\xFB\x01");
    CHECK(reader.buffered() == 0);
    CHECK(reader.take_telnet_answers().size() <= 64);
    CHECK(reader.take_telnet_answers().empty());
    reader.feed("\xFF\xFD\x06");
    CHECK(reader.take_telnet_answers() == "\xFF\xFC\x06");
}

TEST_CASE("whatever was sent behind a line is seen, as AUTH TLS must") {
    struct row {
        std::string_view bytes;
        bool clean;
    };
    const row rows[] = {
        {"AUTH TLS\r\n", true},      {"AUTH TLS\r\n\xFF\xF1", true},
        {"AUTH TLS\r\nU", false},    {"AUTH TLS\r\nUSER a\r\n", false},
        {"AUTH TLS\r\n\xFF", false}, {"AUTH TLS\r\n\xFF\xFB", false},
    };
    for (const auto& [bytes, clean] : rows) {
        CAPTURE(bytes);
        line_reader reader(64);
        reader.feed(bytes);
        std::string line;
        REQUIRE(reader.next(line) == line_reader::status::line);
        CHECK((reader.buffered() == 0) == clean);
    }
}

TEST_CASE("pipelined lines survive being taken slowly, and memory given back between them") {
    line_reader reader(64);
    std::size_t fed = 0;
    std::size_t taken = 0;
    std::string line;
    for (int round = 0; round < 300; ++round) {
        for (int i = 0; i < 3; ++i)
            reader.feed("RETR " + std::to_string(fed++) + "\r\n");
        for (int i = 0; i < (round < 150 ? 2 : 4) && taken < fed; ++i) {
            REQUIRE(reader.next(line) == line_reader::status::line);
            REQUIRE(line == "RETR " + std::to_string(taken++));
        }
        if (round % 7 == 0)
            reader.shrink();
    }
    while (reader.next(line) == line_reader::status::line)
        REQUIRE(line == "RETR " + std::to_string(taken++));
    CHECK(taken == fed);
    CHECK(reader.buffered() == 0);
}
