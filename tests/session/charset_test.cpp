#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

// "中文" in UTF-8 and in GBK, "größe" in UTF-8 and in Latin-1.
const std::string chinese = "\xE4\xB8\xAD\xE6\x96\x87";
const std::string chinese_gbk = "\xD6\xD0\xCE\xC4";
const std::string german = "gr\xC3\xB6\xC3\x9F"
                           "e";
const std::string german_latin1 = "gr\xF6\xDF"
                                  "e";

} // namespace

TEST_CASE_METHOD(session_test, "names are UTF-8 unless the user has a charset") {
    auto c = login();
    CHECK(c.says("MKD " + chinese) == "257 \"/" + chinese + "\" created.");
    CHECK(exists(chinese));
    CHECK(c.says("MKD " + chinese_gbk).starts_with("553 "));
    CHECK(c.receives("NLST") == chinese + "\r\n");
}

TEST_CASE_METHOD(session_test, "a user with charset gbk speaks GBK in both directions") {
    alice().charset = config::charset::gbk;
    auto c = login();
    CHECK(c.says("MKD " + chinese_gbk) == "257 \"/" + chinese_gbk + "\" created.");
    CHECK(exists(chinese));
    c.expects("CWD " + chinese_gbk, 250);
    CHECK(c.says("PWD") == "257 \"/" + chinese_gbk + "\" is the current directory.");
    c.stores(chinese_gbk + ".txt", "x");
    CHECK(content(chinese + "/" + chinese + ".txt") == "x");
    CHECK(c.retrieves(chinese_gbk + ".txt") == "x");
    CHECK(c.receives("NLST") == chinese_gbk + ".txt\r\n");
    CHECK(c.receives("NLST " + chinese_gbk.substr(0, 2) + "*") == chinese_gbk + ".txt\r\n");
    CHECK(c.receives("LIST").find(' ' + chinese_gbk + ".txt\r\n") != std::string::npos);
    CHECK(c.receives("MLSD").find("; " + chinese_gbk + ".txt\r\n") != std::string::npos);
    CHECK(c.says("MLST " + chinese_gbk + ".txt").find("; /" + chinese_gbk + '/') !=
          std::string::npos);
    CHECK(c.says("SIZE " + chinese_gbk + ".txt") == "213 1");
    c.expects("RNFR " + chinese_gbk + ".txt", 350);
    c.expects("RNTO plain", 250);
    CHECK(content(chinese + "/plain") == "x");
}

TEST_CASE_METHOD(session_test, "OPTS UTF8 ON makes a user with charset gbk speak UTF-8") {
    alice().charset = config::charset::gbk;
    auto c = login();
    c.expects("OPTS UTF8 ON", 200);
    c.expects("MKD " + chinese, 257);
    CHECK(exists(chinese));
    CHECK(c.receives("NLST") == chinese + "\r\n");
    c.expects("OPTS UTF8 OFF", 200);
    CHECK(c.receives("NLST") == chinese_gbk + "\r\n");
}

TEST_CASE_METHOD(session_test, "a user with charset latin1 speaks Latin-1 in both directions") {
    alice().charset = config::charset::latin1;
    auto c = login();
    CHECK(c.says("MKD " + german_latin1) == "257 \"/" + german_latin1 + "\" created.");
    CHECK(exists(german));
    CHECK(c.receives("NLST") == german_latin1 + "\r\n");
    CHECK(c.code("CWD " + german_latin1) == 250);
}

TEST_CASE_METHOD(session_test, "a name that the charset lacks shows as a question mark") {
    alice().charset = config::charset::latin1;
    drop_in(chinese, "x");
    drop_in("plain", "x");
    const auto listing = login().receives("NLST");
    CHECK(listing.find("?\r\n") != std::string::npos);
    CHECK(listing.find("plain\r\n") != std::string::npos);
    CHECK(listing.find(chinese) == std::string::npos);
}

TEST_CASE_METHOD(session_test, "bytes that the charset does not know are 553") {
    alice().charset = config::charset::gbk;
    auto c = login();
    CHECK(c.code("MKD \x81") == 553);
    CHECK(c.code("MKD \x81\x30") == 553);
    CHECK(c.code("MKD plain") == 257);
}

TEST_CASE_METHOD(session_test, "a backslash as the second byte of a GBK character is part of it") {
    alice().charset = config::charset::gbk;
    auto c = login();
    const std::string name = "\xC5\x5C"; // 臷, whose second byte is a backslash
    CHECK(c.code("MKD " + name) == 257);
    CHECK(c.receives("NLST") == name + "\r\n");
    CHECK(c.code("RMD " + name) == 250);
}

TEST_CASE_METHOD(session_test, "OPTS UTF8 OFF takes back what was asked for before the login") {
    alice().charset = config::charset::gbk;
    drop_in(chinese, "x");
    auto c = greeted();
    c.expects("OPTS UTF8 ON", 200);
    c.expects("USER alice", 331);
    c.expects("PASS secret", 230);
    CHECK(c.receives("NLST") == chinese + "\r\n");
    c.expects("OPTS UTF8 OFF", 200);
    CHECK(c.receives("NLST") == chinese_gbk + "\r\n");
    CHECK(c.receives("MLSD").find("; " + chinese_gbk + "\r\n") != std::string::npos);
}
