#include "server/protocol/reply.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::server;
using namespace std::string_literals;

TEST_CASE("a reply of one line is its code, a space and its text") {
    CHECK(to_wire(reply(220, "objftpd ready")) == "220 objftpd ready\r\n");
    CHECK(to_wire(reply(200, "")) == "200 \r\n");
    CHECK(to_wire(reply(257, quoted_path("/a") + " is the current directory")) ==
          "257 \"/a\" is the current directory\r\n");
}

TEST_CASE("code 0 puts nothing on the wire") {
    CHECK(to_wire(reply()).empty());
    CHECK(to_wire(reply(0, "text", {"inner"}, "end")).empty());
}

TEST_CASE("inner lines are indented by one space, so that none looks like the last one") {
    CHECK(to_wire(reply(211, "Features:", {"UTF8", "MLST type*;"}, "End")) ==
          "211-Features:\r\n UTF8\r\n MLST type*;\r\n211 End\r\n");
    CHECK(to_wire(reply(250, "Listing", {"type=file;size=1; /a b"}, "End")) ==
          "250-Listing\r\n type=file;size=1; /a b\r\n250 End\r\n");
    CHECK(to_wire(reply(213, "Status of x:", {"213 forged", "", " x"}, "End")) ==
          "213-Status of x:\r\n 213 forged\r\n \r\n  x\r\n213 End\r\n");
    CHECK(to_wire(reply(211, "No lines", {}, "End")) == "211-No lines\r\n211 End\r\n");
}

TEST_CASE("control characters cannot forge a reply, in whatever text they come") {
    CHECK(to_wire(reply(550, "a\r\n230 Logged in")) == "550 a??230 Logged in\r\n");
    CHECK(to_wire(reply(550, "a\nb\rc\td\0e\x1B[2Jf\x7Fg"s)) == "550 a?b?c?d?e?[2Jf?g\r\n");
    CHECK(to_wire(reply(211, "a\nb", {"c\r\n226 done", "d\n"}, "e\r\n230 x")) ==
          "211-a?b\r\n c??226 done\r\n d?\r\n211 e??230 x\r\n");
    CHECK(to_wire(reply(257, quoted_path("/\n"))) == "257 \"/?\"\r\n");
}

TEST_CASE("letters beyond ASCII pass, in any charset") {
    CHECK(to_wire(reply(257, "\"/\xE6\x96\x87\"")) == "257 \"/\xE6\x96\x87\"\r\n");
    CHECK(to_wire(reply(257, "\"/\xCE\xC4\x81\x30\"")) == "257 \"/\xCE\xC4\x81\x30\"\r\n");
}

TEST_CASE("quotes within a path are doubled") {
    struct row {
        std::string_view path, quoted;
    };
    const row rows[] = {
        {"/", "\"/\""},       {"/a b", "\"/a b\""}, {"/a \"b\"", "\"/a \"\"b\"\"\""},
        {"/\"", "\"/\"\"\""}, {"", "\"\""},
    };
    for (const auto& [path, quoted] : rows)
        CHECK(quoted_path(path) == quoted);
}
