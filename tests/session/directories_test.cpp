#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

std::string here(ftp_client& c) {
    return c.says("PWD");
}

} // namespace

TEST_CASE_METHOD(session_test, "CWD and CDUP move through directories") {
    make_folder("a/b c");
    auto c = login();
    CHECK(c.says("CWD a") == "250 Directory changed.");
    CHECK(c.code("CWD b c") == 250);
    CHECK(here(c) == "257 \"/a/b c\" is the current directory.");
    CHECK(c.code("CDUP") == 250);
    CHECK(here(c) == "257 \"/a\" is the current directory.");
    CHECK(c.code("XCWD /a/b c") == 250);
    CHECK(c.code("XCUP") == 250);
    CHECK(c.says("XPWD") == "257 \"/a\" is the current directory.");
    CHECK(c.code("CWD ..") == 250);
    CHECK(here(c) == "257 \"/\" is the current directory.");
}

TEST_CASE_METHOD(session_test, "nothing leads above the root") {
    auto c = login();
    for (const auto* line : {"CDUP", "CWD ..", "CWD ../../..", "CWD /../..", "CWD /", "CWD ////"}) {
        CHECK(c.code(line) == 250);
        CHECK(here(c) == "257 \"/\" is the current directory.");
    }
    CHECK(c.code("CWD ../../../etc") == 550);
    CHECK(c.code("SIZE ../../../../etc/passwd") == 550);
}

TEST_CASE_METHOD(session_test, "slashes and dots in paths are resolved first") {
    make_folder("a/b");
    drop_in("a/b/f", "12345");
    auto c = login();
    for (const auto* path : {"a/b/f", "/a/b/f", "a//b/f", "./a/./b/f", "a/../a/b/f", "a/b/../b/f",
                             "//a/b/f", "x/../a/b/f"})
        CHECK(c.says(std::string("SIZE ") + path) == "213 5");
}

TEST_CASE_METHOD(session_test, "CWD to what is no directory is 550 and changes nothing") {
    drop_in("d/f", "x");
    auto c = login();
    c.expects("CWD d", 250);
    CHECK(c.says("CWD missing") == "550 No such file or directory.");
    CHECK(c.says("CWD f") == "550 Not a directory.");
    CHECK(c.code("CWD f/g") == 550);
    CHECK(here(c) == "257 \"/d\" is the current directory.");
}

TEST_CASE_METHOD(session_test, "MKD answers with the absolute path of what it made") {
    auto c = login();
    CHECK(c.says("MKD d") == "257 \"/d\" created.");
    c.expects("CWD d", 250);
    CHECK(c.says("MKD e") == "257 \"/d/e\" created.");
    CHECK(c.says("XMKD /x/y/z") == "257 \"/x/y/z\" created.");
    CHECK(c.says("MKD trailing/") == "257 \"/d/trailing\" created.");
    for (const auto* name : {"d", "d/e", "x/y/z", "d/trailing"})
        CHECK(std::filesystem::is_directory(file(name)));
}

TEST_CASE_METHOD(session_test, "quotes in a path are doubled") {
    auto c = login();
    CHECK(c.says("MKD say \"x\"") == "257 \"/say \"\"x\"\"\" created.");
    c.expects("CWD say \"x\"", 250);
    CHECK(here(c) == "257 \"/say \"\"x\"\"\" is the current directory.");
    CHECK(exists("say \"x\""));
}

TEST_CASE_METHOD(session_test, "spaces belong to names, at both ends too") {
    auto c = login();
    CHECK(c.says("MKD  two ") == "257 \"/ two \" created.");
    CHECK(exists(" two "));
    CHECK(c.code("CWD two") == 550);
    CHECK(c.code("CWD  two ") == 250);
}

TEST_CASE_METHOD(session_test, "MKD of what exists is 550, for a file as for a directory") {
    make_folder("d");
    drop_in("f", "x");
    auto c = login();
    CHECK(c.says("MKD d") == "550 Directory exists.");
    const auto by_file = c.says("MKD f");
    CHECK(by_file.starts_with("550 "));
    CHECK(by_file.find("file") != std::string::npos);
    CHECK(c.code("MKD /") == 550);
    CHECK(c.code("MKD f/below") == 550);
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(session_test, "MKD of a directory that exists may be accepted, of a file never") {
    alice().mkd_existing = config::existing_directory::accept;
    make_folder("d");
    drop_in("f", "x");
    auto c = login();
    CHECK(c.says("MKD d") == "257 \"/d\" created.");
    CHECK(c.code("MKD f") == 550);
    CHECK(c.code("MKD /") == 257);
}

TEST_CASE_METHOD(session_test, "RMD removes an empty directory only") {
    make_folder("empty");
    drop_in("full/f", "x");
    drop_in("f", "x");
    auto c = login();
    CHECK(c.says("RMD empty") == "250 Directory removed.");
    CHECK(c.says("RMD full") == "550 Directory not empty.");
    CHECK(c.code("RMD missing") == 550);
    CHECK(c.code("RMD f") == 550);
    CHECK(c.code("RMD /") == 550);
    CHECK_FALSE(exists("empty"));
    CHECK(content("full/f") == "x");
    CHECK(content("f") == "x");
}

TEST_CASE_METHOD(session_test, "a name that the store cannot hold is 553 with a reason") {
    drop_in("f", "x");
    const std::string too_long(256, 'n');
    auto c = login();
    const std::string refusal = "553 The store cannot hold such a name.";
    CHECK(c.says("MKD " + too_long) == refusal);
    c.expects("RNFR f", 350);
    CHECK(c.says("RNTO " + too_long) == refusal);
    CHECK(c.tries("STOR " + too_long) == refusal);
    CHECK(c.says("MKD " + std::string(255, 'n')).starts_with("257 "));
    CHECK(c.says("MKD \xC3\x28") ==
          "553 Not a valid name: it must be UTF-8 without control characters.");
}

TEST_CASE_METHOD(session_test, "odd names work in every command") {
    auto c = login();
    for (const std::string name :
         {"-l", "--help", "a  b", "100%", "*", "[x]", "?", "~", "back\\slash", "'quoted'",
          "\xE4\xB8\xAD\xE6\x96\x87", "\xF0\x9F\x98\x80", ".hidden", "-", "$(reboot)"}) {
        INFO(name);
        CHECK(c.says("MKD " + name) == "257 \"/" + name + "\" created.");
        c.stores(name + "/" + name, name);
        CHECK(c.retrieves(name + "/" + name) == name);
        CHECK(c.says("SIZE " + name + "/" + name) == "213 " + std::to_string(name.size()));
        c.expects("RNFR " + name + "/" + name, 350);
        c.expects("RNTO moved", 250);
        c.expects("DELE moved", 250);
        CHECK(c.code("CWD /" + name) == 250);
        CHECK(c.code("CWD /") == 250);
        CHECK(c.code("RMD " + name) == 250);
    }
}
