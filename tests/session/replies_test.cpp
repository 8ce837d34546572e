#include "tests/session/session_test.hpp"

#include "server/commands/command_table.hpp"

#include <regex>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "SYST names the system by which clients choose their parser") {
    CHECK(login().says("SYST") == "215 UNIX Type: L8");
}

TEST_CASE_METHOD(session_test, "FEAT names exactly what works, each after one space") {
    const std::string features = "211-Features:\n"
                                 " AUTH TLS\n"
                                 " AVBL\n"
                                 " CLNT\n"
                                 " EPRT\n"
                                 " EPSV\n"
                                 " HASH SHA-256*;SHA-512;SHA-1;MD5;CRC32;\n"
                                 " HOST\n"
                                 " MDTM\n"
                                 " MFMT\n"
                                 " MLST type*;size*;modify*;perm*;UNIX.mode;\n"
                                 " PBSZ\n"
                                 " PROT\n"
                                 " REST STREAM\n"
                                 " SITE COPY\n"
                                 " SIZE\n"
                                 " TVFS\n"
                                 " UTF8\n"
                                 " XCRC\n"
                                 " XMD5\n"
                                 " XSHA1\n"
                                 " XSHA256\n"
                                 " XSHA512\n"
                                 "211 End";
    auto c = greeted();
    CHECK(c.says("FEAT") == features);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.says("FEAT") == features);
}

TEST_CASE_METHOD(session_test, "FEAT shows what OPTS has chosen") {
    auto c = login();
    CHECK(c.says("OPTS HASH md5") == "200 MD5");
    CHECK(c.says("OPTS HASH") == "200 MD5");
    CHECK(c.code("OPTS HASH whirlpool") == 501);
    CHECK(c.says("OPTS MLST Type;SIZE;nonsense;") == "200 MLST OPTS type;size;");
    const auto features = c.says("FEAT");
    CHECK(features.find("\n HASH SHA-256;SHA-512;SHA-1;MD5*;CRC32;\n") != std::string::npos);
    CHECK(features.find("\n MLST type*;size*;modify;perm;UNIX.mode;\n") != std::string::npos);
}

TEST_CASE_METHOD(session_test, "FEAT does not name MFMT to a user who may not set times") {
    alice().set_time = config::set_time_policy::reject;
    CHECK(login().says("FEAT").find("MFMT") == std::string::npos);
}

TEST_CASE_METHOD(session_test, "FEAT does not name EPRT where active mode is switched off") {
    settings.listeners[0].active_mode = false;
    const auto features = login().says("FEAT");
    CHECK(features.find("EPRT") == std::string::npos);
    CHECK(features.find("\n EPSV\n") != std::string::npos);
}

TEST_CASE_METHOD(session_test, "OPTS UTF8 is accepted in every spelling") {
    auto c = login();
    for (const auto* line :
         {"OPTS UTF8 ON", "opts utf8 on", "OPTS UTF-8 ON", "OPTS UTF8", "OPTS UTF8 OFF"})
        CHECK(c.code(line) == 200);
    CHECK(c.code("OPTS NONSENSE") == 501);
    CHECK(c.code("OPTS") == 501);
}

TEST_CASE_METHOD(session_test, "TYPE knows A, I and L 8, in any case") {
    auto c = login();
    for (const auto* type : {"A", "a", "A N", "I", "i", "L 8", "l 8"})
        CHECK(c.code(std::string("TYPE ") + type) == 200);
    CHECK(c.says("TYPE I") == "200 Type set to I.");
    CHECK(c.says("TYPE A") == "200 Type set to A.");
    for (const auto* type : {"E", "E N", "A T", "A C", "L 7", "L 36"})
        CHECK(c.code(std::string("TYPE ") + type) == 504);
    for (const auto* type : {"X", "II", "8"})
        CHECK(c.code(std::string("TYPE ") + type) == 501);
    CHECK(c.code("TYPE") == 501);
}

TEST_CASE_METHOD(session_test, "STRU and MODE know F and S, refuse the others politely") {
    auto c = login();
    CHECK(c.code("STRU F") == 200);
    CHECK(c.code("STRU f") == 200);
    CHECK(c.code("STRU R") == 504);
    CHECK(c.code("STRU P") == 504);
    CHECK(c.code("STRU X") == 501);
    CHECK(c.code("MODE S") == 200);
    CHECK(c.code("MODE B") == 504);
    CHECK(c.code("MODE C") == 504);
    CHECK(c.code("MODE Z") == 504);
    CHECK(c.code("MODE X") == 501);
}

TEST_CASE_METHOD(session_test, "ALLO accepts what fits and says what does not") {
    auto c = login();
    CHECK(c.code("ALLO 1000") == 200);
    CHECK(c.code("ALLO 1000 R 80") == 200);
    CHECK(c.code("ALLO 0") == 200);
    CHECK(c.code("ALLO 9000000000000000000") == 452);
    CHECK(c.code("ALLO many") == 501);
    CHECK(c.code("ALLO") == 501);
}

TEST_CASE_METHOD(session_test, "AVBL is a number and nothing else") {
    make_folder("d");
    auto c = login();
    CHECK(std::regex_match(c.says("AVBL"), std::regex("213 [1-9][0-9]*")));
    CHECK(std::regex_match(c.says("AVBL /d"), std::regex("213 [1-9][0-9]*")));
}

TEST_CASE_METHOD(session_test, "HELP lists every command and explains each") {
    auto c = login();
    const auto all = c.says("HELP");
    CHECK(all.starts_with("214-"));
    for (const auto& command : server::all_commands()) {
        CHECK(all.find(' ' + command.verb_text() + ' ') != std::string::npos);
        const auto one = c.says("HELP " + command.verb_text());
        if (command.verb != "SITE")
            CHECK(one == "214 Syntax: " + std::string(command.help));
    }
    CHECK(c.code("HELP stor") == 214);
    CHECK(c.code("HELP NONSENSE") == 501);
    const auto site = c.says("HELP SITE");
    CHECK(site.find("UTIME") != std::string::npos);
    CHECK(c.says("SITE HELP") == site);
}

TEST_CASE_METHOD(session_test, "STAT tells who is connected and that nothing runs") {
    auto c = login();
    const std::string how = is_encrypted() ? "under TLS" : "in clear";
    CHECK(c.says("STAT") == "211-Status of the server:\n"
                            " Connected from 127.0.0.1\n"
                            " Logged in as alice\n"
                            " Control connection " +
                                how +
                                "\n"
                                " Data connections " +
                                how +
                                "\n"
                                " TYPE: IMAGE; STRU: F; MODE: S\n"
                                " No transfer is running\n"
                                "211 End of status.");
    CHECK(greeted().says("STAT").find("Not logged in") != std::string::npos);
}

TEST_CASE_METHOD(session_test, "what is no command gets 500, whatever its bytes") {
    auto c = login();
    for (const auto& line :
         {std::string("NONSENSE"), std::string("NONSENSE x"), std::string(""), std::string(" "),
          std::string(" NOOP"), std::string("\tNOOP"), std::string("NO\0OP", 5),
          std::string("\xC3\xA4"), std::string("GET / HTTP/1.1"), std::string("ADAT x"),
          std::string("RMDA d"), std::string("PWD\tx")})
        CHECK(c.says(line) == "500 Command not understood.");
    CHECK(c.code("NOOP") == 200);
}

TEST_CASE_METHOD(session_test, "a command without the argument it needs gets 501") {
    auto c = login();
    for (const auto& command : server::all_commands()) {
        INFO(command.verb);
        if (command.takes == server::argument::required)
            CHECK(c.says(command.verb_text()) ==
                  "501 " + command.verb_text() + " needs an argument.");
    }
}

TEST_CASE_METHOD(session_test, "no name can forge a second reply") {
    auto c = login();
    c.sends_bytes("MKD a\rb 200 forged\r\n");
    CHECK(c.hears_code() == 553);
    c.sends_bytes(std::string("MKD a\0b\r\n", 9));
    CHECK(c.hears_code() == 553);
    c.sends_bytes("MKD a\x1B[31m\r\n");
    CHECK(c.hears() == "257 \"/a?[31m\" created.");
    CHECK(c.code("NOOP") == 200);
}

TEST_CASE_METHOD(session_test, "SITE answers what it knows and refuses the rest") {
    drop_in("f", "x");
    auto c = login();
    CHECK(c.code("SITE CHMOD 644 f") == 200);
    CHECK(c.code("site chmod 0644 /f") == 200);
    CHECK(c.code("SITE CHMOD 644 missing") == 550);
    CHECK(c.code("SITE CHMOD u+x f") == 501);
    CHECK(c.code("SITE CHMOD 644") == 501);
    CHECK(c.code("SITE NONSENSE") == 504);
    CHECK(c.code("SITE") == 501);
}

TEST_CASE_METHOD(session_test, "SITE CHMOD can be refused by policy") {
    alice().chmod = config::chmod_policy::reject;
    drop_in("f", "x");
    CHECK(login().code("SITE CHMOD 644 f") == 550);
}
