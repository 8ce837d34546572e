#include "server/commands/command_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace objftpd::server;

TEST_CASE("every command is found by its verb in upper case, and by nothing else") {
    for (const auto& command : all_commands()) {
        CHECK(find_command(command.verb) == &command);
        auto lower = command.verb_text();
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        CHECK(find_command(lower) == nullptr);
    }
    for (const auto* other : {"", "A", "STO", "STORE", "ZZZZ", "ADAT", "STOR "})
        CHECK(find_command(other) == nullptr);
}

TEST_CASE("no verb has two rows") {
    std::set<std::string_view> verbs;
    for (const auto& command : all_commands())
        CHECK(verbs.insert(command.verb).second);
}

TEST_CASE("every command has a handler and a syntax that begins with its verb") {
    for (const auto& command : all_commands()) {
        INFO(command.verb);
        CHECK(command.run != nullptr);
        CHECK(
            (command.help == command.verb || command.help.starts_with(command.verb_text() + ' ')));
        const bool shows_argument = command.help != command.verb;
        CHECK(shows_argument >= (command.takes == argument::required));
        const bool in_brackets = command.help.find(" [") != std::string_view::npos;
        if (command.takes == argument::none)
            CHECK_FALSE(in_brackets);
    }
}

TEST_CASE("what asks for a right asks for a login first") {
    for (const auto& command : all_commands())
        if (command.needs)
            CHECK(command.when == phase::logged_in);
}

TEST_CASE("the X forms of old clients are the commands themselves") {
    const std::pair<const char*, const char*> pairs[] = {
        {"XCWD", "CWD"}, {"XCUP", "CDUP"}, {"XPWD", "PWD"}, {"XMKD", "MKD"}, {"XRMD", "RMD"}};
    for (const auto& [old, verb] : pairs) {
        REQUIRE(find_command(old) != nullptr);
        CHECK(find_command(old)->run == find_command(verb)->run);
        CHECK(find_command(old)->needs == find_command(verb)->needs);
    }
}

TEST_CASE("every command of RFC 959, 2389, 2428 and 3659 that a server can mean is there") {
    for (const auto* verb :
         {"USER", "PASS", "ACCT", "CWD",   "CDUP",    "SMNT",   "REIN", "QUIT", "PORT",
          "PASV", "TYPE", "STRU", "MODE",  "RETR",    "STOR",   "STOU", "APPE", "ALLO",
          "REST", "RNFR", "RNTO", "ABOR",  "DELE",    "RMD",    "MKD",  "PWD",  "LIST",
          "NLST", "SITE", "SYST", "STAT",  "HELP",    "NOOP",   "FEAT", "OPTS", "EPRT",
          "EPSV", "SIZE", "MDTM", "MLST",  "MLSD",    "MFMT",   "HOST", "CLNT", "AVBL",
          "HASH", "XCRC", "XMD5", "XSHA1", "XSHA256", "XSHA512"})
        CHECK(find_command(verb) != nullptr);
}

TEST_CASE("passwords do not show in a log") {
    for (const auto& command : all_commands())
        CHECK(command.secret == (command.verb == "PASS"));
}

TEST_CASE("only ABOR, STAT and NOOP run beside a transfer") {
    for (const auto& command : all_commands()) {
        const bool expected =
            command.verb == "ABOR" || command.verb == "STAT" || command.verb == "NOOP";
        CHECK((command.during == during_operation::runs) == expected);
    }
}
