#include "tests/session/session_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using config::right;

namespace {

class site_test : public session_test {
public:
    site_test() {
        drop_in("f", "0123456789");
        drop_in("d/a b", "1");
        drop_in("d/e/g", "22");
    }
    void give_alice(right more) { alice().rights |= static_cast<config::rights>(more); }
};

} // namespace

TEST_CASE_METHOD(site_test, "SITE HELP tells the commands and their syntax") {
    auto c = login();
    const auto all = c.says("SITE HELP");
    for (const auto* const verb : {"CHMOD", "COPY", "RMDIR", "SIGN", "VERSIONS"})
        CHECK(all.find(verb) != all.npos);
    CHECK(c.says("SITE HELP copy") == "214 Syntax: SITE COPY from to");
    CHECK(c.code("SITE HELP NONE") == 501);
    CHECK(c.code("SITE") == 501);
    CHECK(c.code("SITE NONE") == 504);
    CHECK(c.says("SITE COPY") == "501 Syntax: SITE COPY from to");
    CHECK(c.says("HELP SITE").find("RMDIR") != std::string::npos);
}

TEST_CASE_METHOD(site_test, "SITE COPY copies a file inside its bucket") {
    auto c = login();
    CHECK(c.says("SITE COPY f g") == "250 Copied.");
    CHECK(content("g") == "0123456789");
    CHECK(c.code("SITE COPY \"d/a b\" \"d/c \"\"x\"\"\"") == 250);
    CHECK(content("d/c \"x\"") == "1");
    CHECK(c.code("SITE COPY f d/e/g") == 250);
    CHECK(content("d/e/g") == "0123456789");
    CHECK(c.code("SITE COPY missing h") == 550);
    CHECK(c.code("SITE COPY d h") == 553);
    CHECK(c.code("SITE COPY f d") == 553);
    CHECK(c.code("SITE COPY f f") == 553);
    CHECK(c.code("SITE COPY f") == 501);
    CHECK(c.code("SITE COPY f g h") == 501);
    CHECK(c.code("SITE COPY \"f g") == 501);
    CHECK_FALSE(exists("h"));
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(site_test,
                 "SITE COPY needs the rights to read, create and, over a file, overwrite") {
    take_right_from_alice(right::overwrite);
    add_user("reader").rights = static_cast<config::rights>(right::read);
    add_user("writer").rights = static_cast<config::rights>(right::create);
    auto c = login();
    CHECK(c.code("SITE COPY f new") == 250);
    CHECK(c.code("SITE COPY f d/e/g") == 553);
    CHECK(content("d/e/g") == "22");
    CHECK(login("reader").says("SITE COPY f newer") == "550 Permission denied.");
    CHECK(login("writer").says("SITE COPY f newer") == "550 Permission denied.");
    CHECK_FALSE(exists("newer"));
}

TEST_CASE_METHOD(site_test, "SITE CPFR and CPTO take names as they are") {
    auto c = login();
    CHECK(c.code("SITE CPTO x") == 503);
    CHECK(c.says("SITE CPFR d/a b") == "350 Ready for SITE CPTO.");
    CHECK(c.says("SITE CPTO d/new name") == "250 Copied.");
    CHECK(content("d/new name") == "1");
    CHECK(c.code("SITE CPTO x") == 503);
    CHECK(c.code("SITE CPFR missing") == 550);
    CHECK(c.code("SITE CPFR d") == 550);
}

TEST_CASE_METHOD(site_test, "SITE DU counts files and bytes") {
    auto c = login();
    CHECK(c.says("SITE DU d") == "200 2 files, 3 bytes.");
    CHECK(c.says("SITE DU") == "200 3 files, 13 bytes.");
    CHECK(c.says("SITE DU f") == "200 1 files, 10 bytes.");
    CHECK(c.code("SITE DU missing") == 550);
}

TEST_CASE_METHOD(site_test, "SITE QUOTA tells the space, SITE REFRESH forgets") {
    auto c = login();
    CHECK(c.says("SITE QUOTA").find(" bytes are free.") != std::string::npos);
    CHECK(c.code("SITE REFRESH") == 200);
    CHECK(c.code("SITE REFRESH d") == 200);
}

TEST_CASE_METHOD(site_test,
                 "SITE RMDIR removes a directory with all in it, by a right of its own") {
    CHECK(login().says("SITE RMDIR d") == "550 Permission denied.");
    CHECK(exists("d/e/g"));
}

TEST_CASE_METHOD(site_test, "SITE RMDIR with its right") {
    give_alice(right::remove_tree);
    auto c = login();
    CHECK(c.says("SITE RMDIR d") == "250 Removed with 2 files.");
    CHECK_FALSE(exists("d"));
    CHECK(content("f") == "0123456789");
    CHECK(c.code("SITE RMDIR d") == 550);
    CHECK(c.code("SITE RMDIR f") == 550);
    CHECK(c.code("SITE RMDIR /") == 550);
    CHECK(content("f") == "0123456789");
}

TEST_CASE_METHOD(site_test, "what the embedded store does not have is refused") {
    give_alice(right::sign);
    give_alice(right::acl);
    give_alice(right::link);
    give_alice(right::storage_class);
    auto c = login();
    for (const auto* const line :
         {"SITE HEAD f", "SITE META f", "SITE META f a=b", "SITE TAGS f", "SITE ACL f",
          "SITE ACL f private", "SITE CLASS f STANDARD", "SITE SIGN f", "SITE READLINK f",
          "SITE SYMLINK f l", "SITE VERSIONS f", "SITE RESTORE f", "SITE PARTS"}) {
        INFO(line);
        CHECK(c.says(line) == "550 The store cannot do that.");
    }
    CHECK(content("f") == "0123456789");
}

TEST_CASE_METHOD(site_test, "what is no parameter is refused before the store is asked") {
    give_alice(right::sign);
    give_alice(right::acl);
    give_alice(right::link);
    give_alice(right::storage_class);
    give_alice(right::tags);
    auto c = login();
    for (const auto* const line :
         {"SITE SIGN f 0", "SITE SIGN f 604801", "SITE SIGN f x", "SITE SIGN f 1 2",
          "SITE RESTORE f 0", "SITE RESTORE f 366", "SITE ACL f a:b", "SITE CLASS f",
          "SITE CLASS f a:b", "SITE META f a", "SITE META f =b", "SITE META f a:=b",
          "SITE PARTS f x y", "SITE SYMLINK f"}) {
        INFO(line);
        CHECK(c.code(line) == 501);
    }
    CHECK(login().code("SITE SIGN missing") == 550);
}

TEST_CASE_METHOD(site_test, "rights of object stores' own commands are besides those of FTP") {
    give_alice(right::sign);
    give_alice(right::link);
    add_user("signer").rights = static_cast<config::rights>(right::sign);
    add_user("linker").rights = static_cast<config::rights>(right::link);
    auto c = login();
    for (const auto* const line :
         {"SITE ACL f private", "SITE TAGS f a=b", "SITE CLASS f STANDARD", "SITE RMDIR d"}) {
        INFO(line);
        CHECK(c.says(line) == "550 Permission denied.");
    }
    CHECK(login("signer").says("SITE SIGN f") == "550 Permission denied.");
    CHECK(login("linker").says("SITE SYMLINK f l") == "550 Permission denied.");
}

TEST_CASE_METHOD(site_test, "SITE RMDIR of a link takes nothing from where it leads") {
    give_alice(right::remove_tree);
    std::filesystem::create_directory_symlink("d", file("link"));
    auto c = login();
    CHECK(c.says("SITE RMDIR link") == "550 Not a directory.");
    CHECK(content("d/a b") == "1");
    CHECK(c.says("SITE RMDIR d") == "250 Removed with 2 files.");
}
