#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::right;

namespace {

// A command that uses a file "f" (10 bytes), an empty directory "d" or new names, with its code
// when all rights are there. Data commands have no promised connection and so end with 425.
struct row {
    const char* line;
    int allowed;
    std::vector<right> needs; // 550 (or 553) without any one of them
};

const std::vector<row> table = {
    {"LIST", 425, {right::list}},
    {"NLST", 425, {right::list}},
    {"MLSD", 425, {right::list}},
    {"MLST f", 250, {right::list}},
    {"STAT f", 213, {right::list}},
    {"AVBL", 213, {right::list}},
    {"RETR f", 425, {right::read}},
    {"SIZE f", 213, {right::read}},
    {"MDTM f", 213, {right::read}},
    {"HASH f", 213, {right::read}},
    {"XCRC f", 250, {right::read}},
    {"XMD5 f", 250, {right::read}},
    {"XSHA f", 250, {right::read}},
    {"XSHA1 f", 250, {right::read}},
    {"XSHA256 f", 250, {right::read}},
    {"XSHA512 f", 250, {right::read}},
    {"STOR new", 425, {right::create}},
    {"APPE new", 425, {right::create}},
    {"STOU", 425, {right::create}},
    {"STOR f", 425, {right::overwrite}},
    {"APPE f", 425, {right::overwrite}},
    {"RNTO g", 503, {right::rename}},
    {"RNFR f", 350, {right::rename}},
    {"MFMT 20260101000000 f", 213, {right::set_attributes}},
    {"MDTM 20260101000000 f", 213, {right::set_attributes, right::read}},
    {"SITE UTIME 20260101000000 f", 213, {right::set_attributes}},
    {"SITE CHMOD 644 f", 200, {right::set_attributes}},
    {"MKD new", 257, {right::make_directory}},
    {"XMKD newer", 257, {right::make_directory}},
    {"RMD new", 250, {right::remove_directory}},
    {"XRMD newer", 250, {right::remove_directory}},
    {"DELE g", 250, {right::remove}},
    {"CWD d", 250, {right::list}},
    {"PWD", 257, {}},
    {"CDUP", 250, {}},
    {"TYPE I", 200, {}},
    {"ALLO 1", 200, {}},
    {"STAT", 211, {}},
    {"NOOP", 200, {}},
};

constexpr right all_rights[] = {
    right::list,          right::read,   right::create,         right::overwrite,
    right::remove,        right::rename, right::make_directory, right::remove_directory,
    right::set_attributes};

class rights_test : public session_test {
public:
    rights_test() {
        drop_in("f", "0123456789");
        drop_in("g", "x");
        make_folder("d");
    }
};

} // namespace

TEST_CASE_METHOD(rights_test, "with all rights every command does its work") {
    auto c = login();
    for (const auto& r : table) {
        INFO(r.line);
        CHECK(c.code(r.line) == r.allowed);
    }
}

TEST_CASE_METHOD(rights_test,
                 "each right that is missing refuses exactly the commands that need it") {
    for (const auto missing : all_rights)
        add_user("without-" + std::to_string(static_cast<unsigned>(missing))).rights &=
            ~static_cast<config::rights>(missing);
    for (const auto missing : all_rights) {
        auto c = login("without-" + std::to_string(static_cast<unsigned>(missing)));
        for (const auto& r : table) {
            INFO(r.line << " without right " << static_cast<unsigned>(missing));
            if (std::find(r.needs.begin(), r.needs.end(), missing) != r.needs.end()) {
                const auto code = c.code(r.line);
                CHECK((code == 550 || code == 553));
            }
        }
    }
    CHECK(content("f") == "0123456789");
    CHECK(content("g") == "x");
    CHECK_FALSE(exists("new"));
}

TEST_CASE_METHOD(rights_test, "a user without any right can look at nothing and change nothing") {
    alice().rights = config::no_rights;
    auto c = login();
    for (const auto& r : table) {
        INFO(r.line);
        const auto code = c.code(r.line);
        if (r.needs.empty())
            CHECK(code == r.allowed);
        else
            CHECK((code == 550 || code == 553));
    }
}

TEST_CASE_METHOD(rights_test, "without the right to create only what exists is stored") {
    take_right_from_alice(right::create);
    auto c = login();
    c.stores("f", "new content");
    CHECK(content("f") == "new content");
    CHECK(c.says("STOR new") == "550 Permission denied.");
    CHECK(c.says("APPE new") == "550 Permission denied.");
    CHECK(c.says("STOU") == "550 Permission denied.");
    CHECK_FALSE(exists("new"));
}

TEST_CASE_METHOD(rights_test, "without the right to overwrite only what is new is stored") {
    take_right_from_alice(right::overwrite);
    auto c = login();
    c.stores("new", "content");
    c.transfers("APPE newer", "content");
    CHECK(c.code("STOR f") == 553);
    CHECK(c.code("APPE f") == 553);
    c.expects("REST 3", 350);
    CHECK(c.code("STOR f") == 553);
    CHECK(c.code("STOR new") == 553);
    CHECK(content("f") == "0123456789");
}

TEST_CASE_METHOD(rights_test, "without the right to overwrite a race is not won either") {
    take_right_from_alice(right::overwrite);
    add_user("bob").rights = config::all_rights;
    auto slow = begin_upload(login(), "new", "slow");
    login("bob").stores("new", "quick");
    slow.data.ends();
    CHECK(slow.control.hears_code() == 553);
    CHECK(content("new") == "quick");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(rights_test, "without the right to overwrite a rename replaces nothing") {
    take_right_from_alice(right::overwrite);
    auto c = login();
    c.expects("RNFR f", 350);
    CHECK(c.code("RNTO g") == 553);
    CHECK(content("g") == "x");
    c.expects("RNFR f", 350);
    CHECK(c.code("RNTO h") == 250);
}

TEST_CASE_METHOD(rights_test, "MLST tells what the user may do") {
    auto c = login();
    CHECK(c.says("MLST f").find("perm=adfrw;") != std::string::npos);
    CHECK(c.says("MLST d").find("perm=cdeflmp;") != std::string::npos);
}

TEST_CASE_METHOD(rights_test, "MLST tells a reader of reading only") {
    alice().rights =
        static_cast<config::rights>(right::list) | static_cast<config::rights>(right::read);
    auto c = login();
    CHECK(c.says("MLST f").find("perm=r;") != std::string::npos);
    CHECK(c.says("MLST d").find("perm=el;") != std::string::npos);
}

TEST_CASE_METHOD(rights_test, "listings show a reader no write access") {
    alice().rights =
        static_cast<config::rights>(right::list) | static_cast<config::rights>(right::read);
    auto c = login();
    const auto listing = c.receives("LIST");
    CHECK(listing.find("-r--r--r-- ") != std::string::npos);
    CHECK(listing.find("dr-xr-xr-x ") != std::string::npos);
    CHECK(listing.find('w') == std::string::npos);
    c.expects("OPTS MLST perm;UNIX.mode;", 200);
    CHECK(c.says("MLST f").find("\n perm=r;UNIX.mode=0444; /f\n") != std::string::npos);
    CHECK(c.says("MLST d").find("\n perm=el;UNIX.mode=0555; /d\n") != std::string::npos);
    const auto facts = c.receives("MLSD");
    CHECK(facts.find("perm=r;UNIX.mode=0444; f\r\n") != std::string::npos);
    CHECK(facts.find("perm=el;UNIX.mode=0555; d\r\n") != std::string::npos);
}

TEST_CASE_METHOD(rights_test, "without the right to list no directory is entered") {
    take_right_from_alice(right::list);
    auto c = login();
    CHECK(c.says("CWD d") == "550 Permission denied.");
    CHECK(c.says("PWD") == "257 \"/\" is the current directory.");
    c.stores("d/new", "x"); // a drop box
    CHECK(content("d/new") == "x");
}
