#include "tests/session/session_test.hpp"

#include <regex>
#include <set>
#include <sstream>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

std::multiset<std::string> lines_of(const std::string& text) {
    std::multiset<std::string> lines;
    std::size_t begin = 0;
    for (auto end = text.find("\r\n"); end != text.npos; end = text.find("\r\n", begin)) {
        lines.insert(text.substr(begin, end - begin));
        begin = end + 2;
    }
    CHECK(begin == text.size()); // every line ends in CRLF
    return lines;
}

// The names behind the columns of LIST or the facts of MLSD.
std::multiset<std::string> names_of(const std::string& text) {
    static const std::regex columns("[-d].{54} (.*)");
    static const std::regex facts("(?:[A-Za-z.]+=[^;]*;)* (.*)");
    std::multiset<std::string> names;
    for (const auto& line : lines_of(text)) {
        std::smatch found;
        REQUIRE((std::regex_match(line, found, columns) || std::regex_match(line, found, facts)));
        names.insert(found[1]);
    }
    return names;
}

using names = std::multiset<std::string>;

class listing_test : public session_test {
public:
    listing_test() {
        drop_in("a.txt", "0123456789");
        drop_in("b.txt", "x");
        drop_in("c.dat", "");
        drop_in("d/e.txt", "x");
        drop_in("d/f/g.txt", "x");
        make_folder("empty");
    }
    const names top = {"a.txt", "b.txt", "c.dat", "d", "empty"};
};

} // namespace

TEST_CASE_METHOD(listing_test, "LIST is a listing in the form of ls, line by line") {
    auto c = login();
    c.expects("MFMT 20240302030405 a.txt", 213);
    c.expects("MFMT 19991231235959 c.dat", 213);
    auto data = c.opens_data();
    CHECK(c.says("LIST") == "150 Opening data connection for the listing.");
    const auto lines = lines_of(data.receives_all());
    CHECK(c.hears() == "226 Listing complete.");
    CHECK(lines.size() == 5);
    CHECK(lines.count("-rw-r--r--    1 ftp      ftp            10 Mar  2  2024 a.txt") == 1);
    CHECK(lines.count("-rw-r--r--    1 ftp      ftp             0 Dec 31  1999 c.dat") == 1);
    const std::regex recent("(-rw-r--r--|drwxr-xr-x)    1 ftp      ftp      +[01] "
                            "[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2} (b.txt|d|empty)");
    CHECK(std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
              return std::regex_match(line, recent);
          }) == 3);
}

TEST_CASE_METHOD(listing_test, "LIST takes options, then one path with all its spaces") {
    drop_in("two words/f", "x");
    auto c = login();
    const auto all = lines_of(c.receives("LIST"));
    for (const auto* options : {"-a", "-l", "-la", "-al", "-a -l", "-T", "-1", "--color", "-a ."})
        CHECK(lines_of(c.receives(std::string("LIST ") + options)) == all);
    CHECK(names_of(c.receives("LIST d")) == names{"e.txt", "f"});
    CHECK(names_of(c.receives("LIST -la d")) == names{"e.txt", "f"});
    CHECK(names_of(c.receives("LIST /d/f/")) == names{"g.txt"});
    CHECK(names_of(c.receives("LIST two words")) == names{"f"});
    CHECK(names_of(c.receives("LIST empty")).empty());
}

TEST_CASE_METHOD(listing_test, "LIST of a file is its line, -d shows a directory itself") {
    auto c = login();
    CHECK(names_of(c.receives("LIST a.txt")) == names{"a.txt"});
    CHECK(names_of(c.receives("LIST d/e.txt")) == names{"e.txt"});
    const auto itself = c.receives("LIST -d d");
    CHECK(names_of(itself) == names{"d"});
    CHECK(itself.starts_with("drwx"));
}

TEST_CASE_METHOD(listing_test, "a name that begins with a dash can be listed") {
    drop_in("-la", "x");
    drop_in("-x/f", "x");
    auto c = login();
    CHECK(names_of(c.receives("LIST -- -la")) == names{"-la"});
    CHECK(names_of(c.receives("LIST ./-x")) == names{"f"});
    CHECK(names_of(c.receives("MLSD -x")) == names{"f"});
}

TEST_CASE_METHOD(listing_test, "LIST -R lists every directory under its heading") {
    auto c = login();
    const auto text = c.receives("LIST -R");
    for (const auto* heading : {"\r\n\r\nd:\r\n", "\r\n\r\nd/f:\r\n", "\r\n\r\nempty:\r\n"})
        CHECK(text.find(heading) != std::string::npos);
    for (const auto* name : {" a.txt\r\n", " e.txt\r\n", " g.txt\r\n"})
        CHECK(text.find(name) != std::string::npos);
    CHECK(text.find("d/f:") > text.find("d:"));
}

TEST_CASE_METHOD(listing_test, "patterns choose names in the last segment") {
    auto c = login();
    CHECK(names_of(c.receives("LIST *.txt")) == names{"a.txt", "b.txt"});
    CHECK(names_of(c.receives("LIST [bc]*")) == names{"b.txt", "c.dat"});
    CHECK(names_of(c.receives("LIST ?.dat")) == names{"c.dat"});
    CHECK(names_of(c.receives("LIST /d/*.txt")) == names{"e.txt"});
    CHECK(names_of(c.receives("LIST -la *")) == top);
    CHECK(lines_of(c.receives("NLST *.txt")) == names{"a.txt", "b.txt"});
    CHECK(lines_of(c.receives("NLST d/*.txt")) == names{"d/e.txt"});
    CHECK(c.says("STAT *.dat").find(" c.dat\n") != std::string::npos);
}

TEST_CASE_METHOD(listing_test, "a pattern without a match is an empty listing") {
    auto c = login();
    CHECK(c.receives("LIST *.zip").empty());
    CHECK(c.receives("NLST *.zip").empty());
    c.opens_data();
    CHECK(c.code("LIST missing/*") == 550);
}

TEST_CASE_METHOD(listing_test, "a name that exists comes before its meaning as a pattern") {
    drop_in("[ab].txt", "x");
    drop_in("*", "x");
    auto c = login();
    CHECK(names_of(c.receives("LIST [ab].txt")) == names{"[ab].txt"});
    CHECK(names_of(c.receives("LIST *")) == names{"*"});
    c.expects("DELE [ab].txt", 250);
    CHECK(names_of(c.receives("LIST [ab].txt")) == names{"a.txt", "b.txt"});
}

TEST_CASE_METHOD(listing_test, "a name that does not exist is 550 before 150") {
    auto c = login();
    for (const auto* command :
         {"LIST missing", "NLST missing", "MLSD missing", "LIST -d missing", "LIST a.txt/x"}) {
        c.opens_data();
        CHECK(c.code(command) == 550);
    }
}

TEST_CASE_METHOD(listing_test, "NLST gives names alone, behind the directory as it was named") {
    auto c = login();
    CHECK(lines_of(c.receives("NLST")) == top);
    CHECK(lines_of(c.receives("NLST -a")) == top);
    CHECK(lines_of(c.receives("NLST d")) == names{"d/e.txt", "d/f"});
    CHECK(lines_of(c.receives("NLST d/")) == names{"d/e.txt", "d/f"});
    CHECK(lines_of(c.receives("NLST /d/f")) == names{"/d/f/g.txt"});
    CHECK(lines_of(c.receives("NLST a.txt")) == names{"a.txt"});
    c.expects("CWD d", 250);
    CHECK(lines_of(c.receives("NLST")) == names{"e.txt", "f"});
}

TEST_CASE_METHOD(listing_test,
                 "MLSD tells facts, each with its semicolon, then a space and the name") {
    drop_in(" starts with space", "123");
    auto c = login();
    c.expects("MFMT 20240302030405 a.txt", 213);
    const auto lines = lines_of(c.receives("MLSD"));
    CHECK(lines.size() == 6);
    CHECK(lines.count("type=file;size=10;modify=20240302030405;perm=adfrw; a.txt") == 1);
    const std::regex form("(type=file;size=[0-9]+|type=dir);modify=[0-9]{14};perm=[a-z]+; .+");
    for (const auto& line : lines)
        CHECK(std::regex_match(line, form));
    CHECK(names_of(c.receives("MLSD d")) == names{"e.txt", "f"});
    CHECK(names_of(c.receives("MLSD")).count(" starts with space") == 1);
}

TEST_CASE_METHOD(listing_test, "MLSD of a file is 501") {
    auto c = login();
    c.opens_data();
    CHECK(c.says("MLSD a.txt") == "501 Not a directory.");
}

TEST_CASE_METHOD(listing_test, "MLST answers on the control connection with an absolute path") {
    auto c = login();
    c.expects("MFMT 20240302030405 d/e.txt", 213);
    c.expects("CWD d", 250);
    CHECK(c.says("MLST e.txt") ==
          "250-Listing\n type=file;size=1;modify=20240302030405;perm=adfrw; /d/e.txt\n250 End");
    CHECK(std::regex_match(
        c.says("MLST"),
        std::regex("250-Listing\n type=dir;modify=[0-9]{14};perm=cdeflmp; /d\n250 End")));
    CHECK(c.says("MLST /").find("; /\n") != std::string::npos);
    CHECK(c.code("MLST missing") == 550);
}

TEST_CASE_METHOD(listing_test, "OPTS MLST chooses the facts") {
    auto c = login();
    CHECK(c.says("OPTS MLST size;type;") == "200 MLST OPTS type;size;");
    CHECK(lines_of(c.receives("MLSD d")) == names{"type=file;size=1; e.txt", "type=dir; f"});
    CHECK(c.says("OPTS MLST UNIX.mode;") == "200 MLST OPTS UNIX.mode;");
    CHECK(c.says("MLST a.txt") == "250-Listing\n UNIX.mode=0644; /a.txt\n250 End");
    CHECK(c.says("OPTS MLST") == "200 MLST OPTS");
    CHECK(c.says("MLST a.txt") == "250-Listing\n  /a.txt\n250 End");
}

TEST_CASE_METHOD(listing_test, "listings do not depend on the type") {
    auto c = login();
    const auto image = lines_of(c.receives("LIST"));
    c.expects("TYPE A", 200);
    CHECK(lines_of(c.receives("LIST")) == image);
    CHECK(names_of(c.receives("MLSD")) == top);
}

TEST_CASE_METHOD(listing_test, "STAT of a path lists it on the control connection") {
    auto c = login();
    c.expects("MFMT 20240302030405 a.txt", 213);
    CHECK(c.says("STAT a.txt") == "213-Status of the file:\n"
                                  "-rw-r--r--    1 ftp      ftp            10 Mar  2  2024 a.txt\n"
                                  "213 End of status.");
    const auto listing = c.says("STAT /");
    CHECK(listing.starts_with("212-Status of the directory:\n"));
    CHECK(listing.ends_with("\n212 End of status."));
    CHECK(listing.find(" b.txt\n") != std::string::npos);
    CHECK(c.says("STAT -la d").find(" e.txt\n") != std::string::npos);
    CHECK(c.code("STAT missing") == 550);
}

TEST_CASE_METHOD(session_test, "a listing of thousands of names is complete") {
    names all;
    for (int i = 0; i < 2500; ++i) {
        const auto name = "file number " + std::to_string(i);
        drop_in("d/" + name, "");
        all.insert(name);
    }
    auto c = login();
    CHECK(lines_of(c.receives("NLST -a d/../d")).size() == 2500);
    c.expects("CWD d", 250);
    CHECK(lines_of(c.receives("NLST")) == all);
    CHECK(names_of(c.receives("MLSD")) == all);
    CHECK(names_of(c.receives("LIST *9")).size() == 250);
    const auto status = c.says("STAT .");
    CHECK(std::count(status.begin(), status.end(), '\n') == 2501);
}

TEST_CASE_METHOD(session_test, "names that could forge lines do not show") {
    drop_in("good", "x");
    drop_in("evil\r\n-rw-r--r-- 1 a b 0 Jan 1 1980 forged", "x");
    drop_in("not-\xFFutf8", "x");
    auto c = login();
    CHECK(names_of(c.receives("LIST")) == names{"good"});
    CHECK(lines_of(c.receives("NLST")) == names{"good"});
    CHECK(names_of(c.receives("MLSD")) == names{"good"});
}

TEST_CASE_METHOD(listing_test, "LIST -R lists links and does not go round in circles") {
    namespace fs = std::filesystem;
    fs::create_symlink("..", file("d/up"));
    fs::create_symlink(".", file("d/itself"));
    fs::create_symlink("../empty/there", file("d/there"));
    fs::create_symlink("../d", file("empty/there"));
    auto c = login();
    for (const auto* command : {"LIST -R", "LIST -R d", "LIST -R /"}) {
        INFO(command);
        const auto text = c.receives(command);
        for (const auto* name :
             {" up\r\n", " itself\r\n", " there\r\n", " e.txt\r\n", " g.txt\r\n"})
            CHECK(text.find(name) != std::string::npos);
        for (const auto* heading : {"up:\r\n", "itself:\r\n", "there:\r\n"})
            CHECK(text.find(heading) == std::string::npos);
        CHECK(text.find(" g.txt\r\n") == text.rfind(" g.txt\r\n"));
    }
}

// Ten thousand directories take long to make, and TLS changes nothing.
TEST_CASE_METHOD(plain_session_test, "LIST -R of more directories than it can remember is 451") {
    for (int i = 0; i < 10'001; ++i)
        make_folder(std::to_string(i));
    auto c = login();
    auto data = c.opens_data();
    c.expects("LIST -R", 150);
    CHECK(data.sees_end() == tcp_socket::ending::reset);
    CHECK(c.hears_code() == 451);
    CHECK(c.receives("LIST").size() > 10'001); // without -R it is no trouble
}

TEST_CASE_METHOD(session_test, "STAT of a directory is answered whole, however long it is") {
    names all;
    for (int i = 1000; i < 2200; ++i) {
        const auto name = std::string(240, 'n') + std::to_string(i);
        drop_in("d/" + name, "");
        all.insert(name);
    }
    auto c = login();
    const auto status = c.says("STAT d");
    CHECK(status.starts_with("212-"));
    CHECK(status.ends_with("\n212 End of status."));
    names found;
    std::istringstream lines(status);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('-'))
            found.insert(line.substr(line.rfind(' ') + 1));
    CHECK(found == all);
    CHECK(c.code("NOOP") == 200);
}

TEST_CASE_METHOD(session_test, "the working directory is empty when others have removed it") {
    make_folder("d");
    auto c = login();
    c.expects("CWD d", 250);
    std::filesystem::remove(file("d"));
    for (const auto* command : {"LIST", "NLST", "MLSD", "LIST -R", "LIST *.txt", "MLSD /d"})
        CHECK(c.receives(command).empty());
    CHECK(c.says("STAT .") == "212-Status of the directory:\n212 End of status.");
    c.opens_data();
    CHECK(c.code("LIST /e") == 550);
    CHECK(c.code("CWD .") == 250);
}
