#include "tests/session/session_test.hpp"

#include <regex>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "DELE removes a file and nothing else") {
    drop_in("f", "x");
    make_folder("d");
    auto c = login();
    CHECK(c.says("DELE f") == "250 File deleted.");
    CHECK_FALSE(exists("f"));
    CHECK(c.says("DELE f") == "550 No such file or directory.");
    CHECK(c.code("DELE d") == 550);
    CHECK(c.code("DELE /") == 550);
    CHECK(exists("d"));
}

TEST_CASE_METHOD(session_test, "a file is renamed by RNFR and RNTO") {
    drop_in("f", "content");
    auto c = login();
    CHECK(c.says("RNFR f") == "350 Ready for RNTO.");
    CHECK(c.says("RNTO d/e/g") == "250 Renamed.");
    CHECK(content("d/e/g") == "content");
    CHECK_FALSE(exists("f"));
}

TEST_CASE_METHOD(session_test, "a directory is renamed with all in it") {
    drop_in("d/e/f", "content");
    auto c = login();
    c.expects("RNFR d", 350);
    CHECK(c.code("RNTO x") == 250);
    CHECK(content("x/e/f") == "content");
}

TEST_CASE_METHOD(session_test, "a rename over a file replaces it") {
    drop_in("f", "new");
    drop_in("g", "old");
    auto c = login();
    c.expects("RNFR f", 350);
    CHECK(c.code("RNTO g") == 250);
    CHECK(content("g") == "new");
}

TEST_CASE_METHOD(session_test, "a rename onto a directory or into itself is 553") {
    drop_in("f", "x");
    drop_in("d/f", "y");
    drop_in("e/f", "z");
    auto c = login();
    const auto rename = [&](const std::string& from, const std::string& to) {
        c.expects("RNFR " + from, 350);
        return c.code("RNTO " + to);
    };
    CHECK(rename("f", "d") == 553);
    CHECK(rename("d", "e") == 553);
    CHECK(rename("d", "f") == 553);
    CHECK(rename("d", "d/new") == 553);
    CHECK(rename("f", "/") == 553);
    CHECK(rename("f", "f/x") == 553);
    CHECK(content("f") == "x");
    CHECK(content("d/f") == "y");
    CHECK(content("e/f") == "z");
}

TEST_CASE_METHOD(session_test, "a rename to the same name is done at once") {
    drop_in("d/f", "x");
    auto c = login();
    c.expects("RNFR d/f", 350);
    CHECK(c.code("RNTO d/../d/f") == 250);
    c.expects("RNFR d", 350);
    CHECK(c.code("RNTO /d/") == 250);
    CHECK(content("d/f") == "x");
}

TEST_CASE_METHOD(session_test, "RNFR of what does not exist is 550") {
    auto c = login();
    CHECK(c.code("RNFR missing") == 550);
    CHECK(c.code("RNTO x") == 503);
}

TEST_CASE_METHOD(session_test, "RNTO must follow RNFR") {
    drop_in("f", "x");
    auto c = login();
    CHECK(c.says("RNTO g") == "503 Send RNFR first.");
    for (const auto* between : {"CWD /", "SIZE f", "MKD d", "RNFR missing", "DELE missing"}) {
        INFO(between);
        c.expects("RNFR f", 350);
        c.code(between);
        CHECK(c.code("RNTO g") == 503);
    }
    c.expects("RNFR f", 350);
    CHECK(c.code("RNTO g") == 250);
    CHECK(c.code("RNTO h") == 503);
}

TEST_CASE_METHOD(session_test, "keep-alives may come between RNFR and RNTO") {
    drop_in("f", "x");
    auto c = login();
    c.expects("RNFR f", 350);
    for (const auto* between : {"NOOP", "PWD", "TYPE I", "STAT", "EPSV"})
        c.code(between);
    CHECK(c.code("RNTO g") == 250);
}

TEST_CASE_METHOD(session_test, "the source may vanish between RNFR and RNTO") {
    drop_in("f", "x");
    auto c = login();
    c.expects("RNFR f", 350);
    login().expects("DELE f", 250);
    CHECK(c.code("RNTO g") == 550);
}

TEST_CASE_METHOD(session_test, "SIZE is the number of bytes and nothing else") {
    drop_in("f", std::string(12345, 'x'));
    drop_in("empty", "");
    make_folder("d");
    auto c = login();
    CHECK(c.says("SIZE f") == "213 12345");
    CHECK(c.says("SIZE empty") == "213 0");
    CHECK(c.says("SIZE missing") == "550 No such file or directory.");
    CHECK(c.says("SIZE d") == "550 Is a directory.");
    CHECK(c.code("SIZE f/x") == 550);
}

TEST_CASE_METHOD(session_test, "MDTM is fourteen digits in UTC") {
    drop_in("f", "x");
    make_folder("d");
    auto c = login();
    CHECK(std::regex_match(c.says("MDTM f"), std::regex("213 20[0-9]{12}")));
    CHECK(c.code("MDTM missing") == 550);
    CHECK(c.code("MDTM d") == 550);
}

TEST_CASE_METHOD(session_test, "every way to set a time sets what MDTM, MLST and LIST tell") {
    drop_in("name with spaces", "x");
    auto c = login();
    const std::string name = "name with spaces";
    const auto told = [&](const std::string& digits) {
        CHECK(c.says("MDTM " + name) == "213 " + digits);
        CHECK(c.says("MLST " + name).find("modify=" + digits + ";") != std::string::npos);
    };
    CHECK(c.says("MFMT 20020717210715 " + name) == "213 Modify=20020717210715; " + name);
    told("20020717210715");
    CHECK(c.code("MDTM 20030717210715 " + name) == 213);
    told("20030717210715");
    CHECK(c.code("SITE UTIME 20040717210715 " + name) == 213);
    told("20040717210715");
    CHECK(c.code("SITE UTIME 200507172107 " + name) == 213);
    told("20050717210700");
    CHECK(c.code("SITE UTIME " + name + " 20010101000000 20060717210715 20010101000000 UTC") ==
          213);
    told("20060717210715");
    CHECK(c.code("MFMT 20070717210715.123 " + name) == 213);
    told("20070717210715");
    CHECK(c.receives("LIST " + name).find(" Jul 17  2007 " + name) != std::string::npos);
}

TEST_CASE_METHOD(session_test, "a time that does not exist is 501, a file that does not is 550") {
    drop_in("f", "x");
    auto c = login();
    for (const auto* time : {"20260229000000", "20261301000000", "20260101250000", "2026010100000",
                             "20260101", "now", "20260101000000x"})
        CHECK(c.code(std::string("MFMT ") + time + " f") == 501);
    CHECK(c.code("MFMT 20260101000000") == 501);
    CHECK(c.code("MFMT 20260101000000 missing") == 550);
    CHECK(c.code("MDTM 20260101000000 missing") == 550);
    CHECK(c.code("MDTM 20260229000000 f") == 550);
    CHECK(c.code("SITE UTIME 20260229000000 f") == 501);
}

TEST_CASE_METHOD(session_test, "a time that can be kept is kept, one beyond that is 501") {
    drop_in("f", "x");
    auto c = login();
    CHECK(c.code("MFMT 22611231235959 f") == 213);
    CHECK(c.says("MDTM f") == "213 22611231235959");
    for (const auto* time : {"22620101000000", "30000101000000", "99991231235959"}) {
        CHECK(c.code(std::string("MFMT ") + time + " f") == 501);
        CHECK(c.code(std::string("SITE UTIME ") + time + " f") == 501);
    }
    CHECK(c.says("MDTM f") == "213 22611231235959");
}

TEST_CASE_METHOD(session_test, "a file whose name looks like a time comes before setting one") {
    drop_in("f", "x");
    drop_in("20260101000000 f", "y");
    auto c = login();
    CHECK(std::regex_match(c.says("MDTM 20260101000000 f"), std::regex("213 20[0-9]{12}")));
    CHECK(c.says("MDTM f") != "213 20260101000000");
}

TEST_CASE_METHOD(session_test, "setting times may be ignored or refused by policy") {
    alice().set_time = config::set_time_policy::ignore;
    add_user("bob").set_time = config::set_time_policy::reject;
    drop_in("f", "x");
    auto c = login();
    const auto before = c.says("MDTM f");
    CHECK(c.says("MFMT 20020717210715 f") == "213 Modify=20020717210715; f");
    CHECK(c.says("MDTM f") == before);
    CHECK(c.code("MFMT 20020717210715 missing") == 550);
    auto bob = login("bob");
    for (const auto* line :
         {"MFMT 20020717210715 f", "MDTM 20020717210715 f", "SITE UTIME 20020717210715 f"})
        CHECK(bob.code(line) == 550);
    CHECK(bob.says("MDTM f") == before);
}

TEST_CASE_METHOD(session_test, "HASH answers in the draft's form") {
    drop_in("my file", "123456789");
    drop_in("empty", "");
    make_folder("d");
    auto c = login();
    CHECK(
        c.says("HASH my file") ==
        "213 SHA-256 0-8 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225 my file");
    c.expects("OPTS HASH MD5", 200);
    CHECK(c.says("HASH my file") == "213 MD5 0-8 25f9e794323b453885f5181f1b624d0b my file");
    c.expects("OPTS HASH CRC32", 200);
    CHECK(c.says("HASH my file") == "213 CRC32 0-8 cbf43926 my file");
    CHECK(c.says("HASH empty") == "213 CRC32 0-0 00000000 empty");
    CHECK(c.code("HASH missing") == 550);
    CHECK(c.code("HASH d") == 553);
}

TEST_CASE_METHOD(session_test, "the older hash commands answer in capitals, names may be quoted") {
    drop_in("my file", "123456789");
    make_folder("d");
    auto c = login();
    CHECK(c.says("XCRC my file") == "250 CBF43926");
    CHECK(c.says("XCRC \"my file\"") == "250 CBF43926");
    CHECK(c.says("XMD5 my file") == "250 25F9E794323B453885F5181F1B624D0B");
    CHECK(c.says("XSHA my file") == "250 F7C3BC1D808E04732ADF679965CCC34CA7AE3441");
    CHECK(c.says("XSHA1 my file") == "250 F7C3BC1D808E04732ADF679965CCC34CA7AE3441");
    CHECK(c.says("XSHA256 my file") ==
          "250 15E2B0D3C33891EBB0F1EF609EC419420C20E320CE94C65FBC8C3312448EB225");
    CHECK(c.says("XSHA512 my file").starts_with("250 D9E6762DD1C8EAF6D61B3C6192FC408D"));
    CHECK(c.code("XMD5 missing") == 550);
    CHECK(c.code("XMD5 d") == 550);
}

TEST_CASE_METHOD(session_test, "a hash right after an upload is the new file's") {
    auto c = login();
    c.stores("f", "987654321");
    CHECK(c.says("XCRC f") != "250 CBF43926");
    c.stores("f", "123456789");
    CHECK(c.says("XCRC f") == "250 CBF43926");
}

TEST_CASE_METHOD(session_test, "a hash of a part of a file is 504, not that of the whole") {
    drop_in("my file", "123456789");
    auto c = login();
    for (const auto* line : {"XCRC \"my file\" 0 5", "XCRC \"my file\" 0", "XMD5 \"my file\" 2 5",
                             "XSHA1 \"my file\" 0 9"}) {
        INFO(line);
        CHECK(c.code(line) == 504);
    }
    drop_in("f 0 5", "123456789"); // without quotes it is a name
    CHECK(c.says("XCRC f 0 5") == "250 CBF43926");
}

TEST_CASE_METHOD(session_test,
                 "DELE of what does not exist may be accepted, of a directory never") {
    const bool accepts = GENERATE(false, true);
    if (accepts)
        alice().dele_missing = config::missing_file::accept;
    make_folder("d");
    auto c = login();
    CHECK(c.code("DELE missing") == (accepts ? 250 : 550));
    CHECK(c.code("DELE d") == 550);
    CHECK(std::filesystem::is_directory(file("d")));
}
