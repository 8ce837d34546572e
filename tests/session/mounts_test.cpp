#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;

namespace {

// /in and /archive/2026 lie in one bucket, /other in another; /archive is nowhere itself.
class mounts_test : public session_test {
public:
    mounts_test() {
        alice().mounts = {
            {"/in", "main", "files", "incoming/", false},
            {"/archive/2026", "main", "files", "old/2026/", true},
            {"/other", "main", "second", "", false},
        };
        drop_in("incoming/f", "content");
        drop_in("old/2026/report", "kept");
        drop_in("secret", "not mounted");
        drop_in("../second/g", "second");
    }
};

} // namespace

TEST_CASE_METHOD(mounts_test, "the directories above mounts exist and lead to them") {
    auto c = login();
    const auto top = c.receives("NLST");
    CHECK(top.find("in\r\n") != std::string::npos);
    CHECK(top.find("archive\r\n") != std::string::npos);
    CHECK(top.find("other\r\n") != std::string::npos);
    CHECK(top.find("secret") == std::string::npos);
    CHECK(c.receives("NLST archive") == "archive/2026\r\n");
    for (const auto* path : {"/", "/archive", "/archive/2026", "/in", "/other"}) {
        CHECK(c.code(std::string("CWD ") + path) == 250);
        CHECK(c.says("MLST").find("type=dir;") != std::string::npos);
    }
    CHECK(c.receives("MLSD /").find("type=dir;") == 0);
}

TEST_CASE_METHOD(mounts_test, "each mount shows its part of its bucket") {
    auto c = login();
    CHECK(c.retrieves("/in/f") == "content");
    CHECK(c.retrieves("/archive/2026/report") == "kept");
    CHECK(c.retrieves("/other/g") == "second");
    c.stores("/in/new", "x");
    CHECK(content("incoming/new") == "x");
    c.stores("/other/d/new", "x");
    CHECK(content("../second/d/new") == "x");
}

TEST_CASE_METHOD(mounts_test, "nothing beside the mounts can be reached") {
    auto c = login();
    for (const auto* path : {"/secret", "/in/../secret", "/in/../../secret", "/files/secret",
                             "/incoming/f", "/second/g"}) {
        c.opens_data();
        CHECK(c.code(std::string("RETR ") + path) == 550);
        CHECK(c.code(std::string("SIZE ") + path) == 550);
    }
}

TEST_CASE_METHOD(mounts_test, "directories above mounts hold nothing of their own") {
    auto c = login();
    CHECK(c.tries("STOR /f") == "550 Permission denied.");
    CHECK(c.tries("STOR /archive/f") == "550 Permission denied.");
    CHECK(c.code("MKD /d") == 550);
    CHECK(c.code("DELE /f") == 550);
    CHECK(c.says("DELE /in") == "550 Is a directory.");
    CHECK(c.says("MKD /in") == "550 Directory exists.");
    CHECK(c.says("MKD /archive") == "550 Directory exists.");
    CHECK(c.code("RMD /archive") == 550);
    CHECK(c.code("RMD /in") == 550);
    c.opens_data();
    CHECK(c.says("RETR /archive") == "550 Is a directory.");
    CHECK(c.tries("STOR /in") == "553 Is a directory.");
}

TEST_CASE_METHOD(mounts_test, "a read-only mount can be read and not changed") {
    auto c = login();
    const std::string denied = "550 Permission denied.";
    const std::string report = "/archive/2026/report";
    CHECK(c.tries("STOR /archive/2026/new") == denied);
    CHECK(c.tries("STOR " + report) == denied);
    CHECK(c.tries("APPE " + report) == denied);
    CHECK(c.says("DELE " + report) == denied);
    CHECK(c.says("MKD /archive/2026/d") == denied);
    CHECK(c.says("RMD /archive/2026/d") == denied);
    CHECK(c.says("MFMT 20260101000000 " + report) == denied);
    c.expects("RNFR " + report, 350);
    CHECK(c.says("RNTO /in/report") == denied);
    c.expects("RNFR /in/f", 350);
    CHECK(c.says("RNTO /archive/2026/f") == denied);
    CHECK(c.says("SIZE " + report) == "213 4");
    CHECK(c.code("HASH " + report) == 213);
    CHECK(content("old/2026/report") == "kept");
    CHECK(content("incoming/f") == "content");
}

TEST_CASE_METHOD(mounts_test, "listings show a read-only mount as it is") {
    drop_in("old/2026/d/f", "x");
    auto c = login();
    c.expects("OPTS MLST perm;UNIX.mode;", 200);
    CHECK(c.says("MLST /archive/2026/report").find("\n perm=r;UNIX.mode=0444; ") !=
          std::string::npos);
    CHECK(c.says("MLST /archive/2026/d").find("\n perm=el;UNIX.mode=0555; ") != std::string::npos);
    CHECK(c.says("MLST /in/f").find("\n perm=adfrw;UNIX.mode=0644; ") != std::string::npos);
    const auto facts = c.receives("MLSD /archive/2026");
    CHECK(facts.find("perm=r;UNIX.mode=0444; report\r\n") != std::string::npos);
    CHECK(facts.find("perm=el;UNIX.mode=0555; d\r\n") != std::string::npos);
    const auto listing = c.receives("LIST /archive/2026") + c.receives("LIST -d /archive/2026") +
                         c.receives("LIST /archive/2026/report");
    CHECK(listing.find("-r--r--r-- ") != std::string::npos);
    CHECK(listing.find("dr-xr-xr-x ") != std::string::npos);
    CHECK(listing.find('w') == std::string::npos);
    CHECK(c.receives("LIST /in").starts_with("-rw-r--r-- "));
}

TEST_CASE_METHOD(mounts_test, "a rename between buckets is refused, within one it works") {
    auto c = login();
    c.expects("RNFR /in/f", 350);
    CHECK(c.says("RNTO /other/f") == "553 The store cannot do that.");
    CHECK(content("incoming/f") == "content");
    c.expects("RNFR /in/f", 350);
    CHECK(c.code("RNTO /in/d/g") == 250);
    CHECK(content("incoming/d/g") == "content");
}

TEST_CASE_METHOD(mounts_test, "mounts and what is above them cannot be renamed") {
    auto c = login();
    for (const auto* path : {"/in", "/archive", "/"}) {
        c.expects(std::string("RNFR ") + path, 350);
        CHECK(c.code("RNTO /in/x") == 550);
    }
    c.expects("RNFR /in/f", 350);
    CHECK(c.code("RNTO /archive") == 553);
}

TEST_CASE_METHOD(session_test, "a mount inside another hides what the outer one has there") {
    alice().mounts = {{"/", "main", "files", "", false}, {"/d", "main", "inner", "", false}};
    drop_in("d/outer", "x");
    drop_in("e", "x");
    drop_in("../inner/inner", "x");
    auto c = login();
    CHECK(c.receives("NLST d") == "d/inner\r\n");
    const auto top = c.receives("NLST");
    CHECK(top.find("e\r\n") != std::string::npos);
    CHECK(top.find("d\r\n") == top.rfind("d\r\n"));
    CHECK(c.code("SIZE d/outer") == 550);
}

TEST_CASE_METHOD(session_test, "a mount whose prefix holds nothing yet is an empty directory") {
    alice().mounts = {{"/new", "main", "files", "not/yet/", false}};
    auto c = login();
    CHECK(c.code("CWD /new") == 250);
    CHECK(c.receives("LIST").empty());
    c.stores("f", "x");
    CHECK(content("not/yet/f") == "x");
}
