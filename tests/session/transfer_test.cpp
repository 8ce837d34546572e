#include "tests/session/session_test.hpp"

#include <regex>
#include <set>

using namespace objftpd;
using namespace objftpd::tests;

TEST_CASE_METHOD(session_test, "an upload and a download, line by line") {
    auto c = login();
    auto up = c.opens_data();
    CHECK(c.says("STOR f") == "150 Opening BINARY mode data connection.");
    up.sends("content");
    CHECK_FALSE(exists("f"));
    up.ends();
    CHECK(c.hears() == "226 Transfer complete.");
    CHECK(content("f") == "content");

    auto down = c.opens_data();
    CHECK(c.says("RETR f") == "150 Opening BINARY mode data connection (7 bytes).");
    CHECK(down.receives_all() == "content");
    CHECK(c.hears() == "226 Transfer complete.");
}

TEST_CASE_METHOD(session_test, "transfers of every size arrive to the byte") {
    auto c = login();
    for (const std::size_t size : {0, 1, 65'535, 65'536, 65'537, 262'144, 300'000, 5'000'000}) {
        INFO(size << " bytes");
        std::string bytes(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            bytes[i] = static_cast<char>(i * 31 + i / 251);
        c.stores("f", bytes);
        CHECK(content("f") == bytes);
        CHECK(c.retrieves("f") == bytes);
    }
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(session_test, "226 means stored: the next command of anybody finds the file") {
    auto c = login();
    auto other = login();
    for (int i = 0; i < 20; ++i) {
        const auto text = "version " + std::to_string(i);
        c.stores("f", text);
        CHECK(other.retrieves("f") == text);
    }
}

TEST_CASE_METHOD(session_test, "others read the old file until the upload is complete") {
    drop_in("f", "old content");
    auto upload = begin_upload(login(), "f", "new");
    auto reader = login();
    CHECK(reader.retrieves("f") == "old content");
    CHECK(reader.says("SIZE f") == "213 11");
    upload.data.ends();
    CHECK(upload.control.hears_code() == 226);
    CHECK(reader.retrieves("f") == "new");
}

TEST_CASE_METHOD(session_test, "a file that is replaced during a download arrives as it was") {
    const auto old = too_much_to_buffer();
    drop_in("f", old);
    auto download = begin_download(login(), "f");
    login().stores("f", "new");
    CHECK(download.data.receives_all().size() == old.size() - 1);
    CHECK(download.control.hears_code() == 226);
}

TEST_CASE_METHOD(session_test, "of two uploads of one name the last to end stays") {
    auto one = begin_upload(login(), "f", "one");
    auto two = begin_upload(login(), "f", "two");
    two.data.ends();
    CHECK(two.control.hears_code() == 226);
    one.data.ends();
    CHECK(one.control.hears_code() == 226);
    CHECK(content("f") == "one");
}

TEST_CASE_METHOD(session_test, "errors known before any data come without 150") {
    make_folder("d");
    drop_in("f", "x");
    auto c = login();
    const auto refused = [&](const std::string& line) {
        c.opens_data();
        return c.says(line);
    };
    CHECK(refused("RETR missing") == "550 No such file or directory.");
    CHECK(refused("RETR d") == "550 Is a directory.");
    CHECK(refused("RETR /") == "550 Is a directory.");
    CHECK(refused("STOR d") == "553 Is a directory.");
    CHECK(refused("STOR /") == "553 Is a directory.");
    CHECK(refused("APPE d") == "553 Is a directory.");
    CHECK(refused("LIST missing") == "550 No such file or directory.");
    CHECK(refused("RETR f/x") == "550 Not a directory.");
    CHECK(c.says("RETR f") == "425 Use PASV, EPSV, PORT or EPRT first.");
}

TEST_CASE_METHOD(session_test, "an upload below a file is 553") {
    drop_in("f", "x");
    auto c = login();
    CHECK(c.tries("STOR f/x") == "553 Not a directory.");
    CHECK(c.tries("APPE f/x") == "553 Not a directory.");
    CHECK(content("f") == "x");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(session_test,
                 "the data of a file in a directory that is missing make the directory") {
    auto c = login();
    c.stores("a/b/f", "x");
    CHECK(content("a/b/f") == "x");
}

TEST_CASE_METHOD(session_test, "with strict_parents the directory of an upload must exist") {
    alice().strict_parents = true;
    auto c = login();
    CHECK(c.tries("STOR a/f") == "553 No such directory.");
    CHECK(c.tries("APPE a/f") == "553 No such directory.");
    CHECK(c.tries("STOU a/f") == "553 No such directory.");
    CHECK_FALSE(exists("a"));
    c.expects("MKD a", 257);
    c.stores("a/f", "x");
    CHECK(content("a/f") == "x");
}

TEST_CASE_METHOD(session_test, "with strict_parents MKD and RNTO make no directory on the way") {
    alice().strict_parents = true;
    drop_in("f", "content");
    auto c = login();
    CHECK(c.says("MKD x/y") == "550 No such file or directory.");
    c.expects("RNFR f", 350);
    CHECK(c.says("RNTO x/f") == "550 No such file or directory.");
    CHECK_FALSE(exists("x"));
    CHECK(content("f") == "content");
    c.expects("MKD x", 257);
    c.expects("MKD x/y", 257);
    c.expects("RNFR f", 350);
    c.expects("RNTO x/y/f", 250);
    CHECK(content("x/y/f") == "content");
}

TEST_CASE_METHOD(session_test, "APPE adds to a file or begins one") {
    auto c = login();
    c.transfers("APPE f", "head");
    c.transfers("APPE f", "-tail");
    CHECK(content("f") == "head-tail");
}

TEST_CASE_METHOD(session_test, "an append that is overtaken is 450 and loses nothing") {
    drop_in("f", "head");
    auto slow = login();
    auto data = slow.opens_data();
    slow.expects("APPE f", 150);
    data.sends(std::string(200'000, 'x')); // more than waits in memory
    auto other = login();
    while (leftovers() == 0) // until the head has been taken
        other.expects("NOOP", 200);
    other.transfers("APPE f", "-quick");
    data.ends();
    CHECK(slow.hears_code() == 450);
    CHECK(content("f") == "head-quick");
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(session_test, "REST continues a download") {
    drop_in("f", "0123456789");
    auto c = login();
    CHECK(c.says("REST 4") == "350 Restarting at 4. Send STORE or RETRIEVE.");
    auto data = c.opens_data();
    CHECK(c.says("RETR f") == "150 Opening BINARY mode data connection (6 bytes).");
    CHECK(data.receives_all() == "456789");
    CHECK(c.hears_code() == 226);
    CHECK(c.retrieves("f") == "0123456789");
}

TEST_CASE_METHOD(session_test, "REST to the end gives nothing, beyond it 554") {
    drop_in("f", "0123456789");
    auto c = login();
    c.expects("REST 10", 350);
    CHECK(c.retrieves("f").empty());
    for (const auto* offset : {"11", "4294967296", "9223372036854775807"}) {
        c.expects(std::string("REST ") + offset, 350);
        c.opens_data();
        CHECK(c.code("RETR f") == 554);
    }
    CHECK(c.retrieves("f") == "0123456789");
}

TEST_CASE_METHOD(session_test, "REST continues an upload at the end or before it") {
    auto c = login();
    for (const auto& [offset, expected] : {std::pair{"10", "0123456789new"}, {"4", "0123new"}}) {
        drop_in("f", "0123456789");
        c.expects(std::string("REST ") + offset, 350);
        c.stores("f", "new");
        CHECK(content("f") == expected);
    }
}

TEST_CASE_METHOD(session_test, "REST beyond a file or for one that is missing refuses the upload") {
    drop_in("f", "0123456789");
    auto c = login();
    for (const auto* offset : {"11", "9223372036854775807"}) {
        c.expects(std::string("REST ") + offset, 350);
        c.opens_data();
        CHECK(c.code("STOR f") == 554);
    }
    c.expects("REST 1", 350);
    c.opens_data();
    CHECK(c.code("STOR missing") == 554);
    CHECK(content("f") == "0123456789");
    CHECK_FALSE(exists("missing"));
}

TEST_CASE_METHOD(session_test, "REST takes only what can be an offset") {
    drop_in("f", "0123456789");
    auto c = login();
    for (const auto* offset :
         {"-1", "1.5", "x", "1 2", "+1", "18446744073709551616", "18446744073709551615"})
        CHECK(c.code(std::string("REST ") + offset) == 501);
    c.stores("f", "whole");
    CHECK(content("f") == "whole");
}

TEST_CASE_METHOD(session_test, "REST is kept until the transfer and used once") {
    drop_in("f", "0123456789");
    auto c = login();
    c.expects("REST 5", 350);
    for (const auto* between : {"TYPE I", "NOOP", "STAT", "ALLO 5", "PASV", "EPSV"})
        c.code(between);
    CHECK(c.retrieves("f") == "56789");
    CHECK(c.retrieves("f") == "0123456789");
    c.expects("REST 5", 350);
    c.expects("REST 0", 350);
    CHECK(c.retrieves("f") == "0123456789");
    c.expects("REST 5", 350);
    c.opens_data();
    c.expects("RETR missing", 550);
    CHECK(c.retrieves("f") == "0123456789");
}

TEST_CASE_METHOD(session_test, "a restart position does not outlive a transfer that is refused") {
    add_user("writer").rights &= ~static_cast<config::rights>(config::right::read);
    auto c = login("writer");
    for (const auto& [refused, code] : {std::pair{"RETR", 501}, {"RETR g", 550}, {"RETR x", 550}}) {
        INFO(refused);
        drop_in("g", "old content");
        c.expects("REST 4", 350);
        c.expects(refused, code);
        c.expects("NOOP", 200);
        c.stores("g", "new");
        CHECK(content("g") == "new");
    }
}

TEST_CASE_METHOD(session_test, "a command that has nothing to do with the transfer ends REST") {
    drop_in("f", "0123456789");
    make_folder("d");
    auto c = login();
    for (const auto* between :
         {"CWD /", "SIZE f", "MKD x", "DELE missing", "LIST", "RNFR f", "MLST f", "HASH f"}) {
        INFO(between);
        c.expects("REST 5", 350);
        c.code(between);
        CHECK(c.retrieves("f") == "0123456789");
    }
}

TEST_CASE_METHOD(session_test, "STOU tells the name in the form of RFC 1123") {
    auto c = login();
    std::set<std::string> names;
    for (int i = 0; i < 5; ++i) {
        auto data = c.opens_data();
        const auto opening = c.says(i < 3 ? "STOU" : "STOU scan");
        std::smatch found;
        REQUIRE(std::regex_match(opening, found,
                                 std::regex("150 FILE: ((file|scan)\\.[0-9A-HJKMNP-TV-Z]{26})")));
        data.sends("content");
        data.ends();
        const std::string name = found[1];
        CHECK(c.hears() == "226 Transfer complete (unique file name: " + name + ").");
        CHECK(content(name) == "content");
        names.insert(name);
    }
    CHECK(names.size() == 5);
}

TEST_CASE_METHOD(session_test, "a name with numbers and bytes does not show in 150") {
    drop_in("5 bytes.txt", "123");
    auto c = login();
    auto data = c.opens_data();
    CHECK(c.says("RETR 5 bytes.txt") == "150 Opening BINARY mode data connection (3 bytes).");
    CHECK(data.receives_all() == "123");
    CHECK(c.hears_code() == 226);
}
