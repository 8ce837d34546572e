#include "tests/conformance/adapter_test.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
namespace fs = std::filesystem;
using storage::hash_algorithm;

namespace {

constexpr const char* md5_of_digits = "25f9e794323b453885f5181f1b624d0b";
constexpr const char* attribute = "user.objftpd";

} // namespace

TEST_CASE_METHOD(local_adapter_test, "an object is a plain file under its own name") {
    put("a/b", "content");
    CHECK(content_of(file("a/b")) == "content");
    CHECK(fs::is_regular_file(file("a/b")));
}

TEST_CASE_METHOD(local_adapter_test, "a file put there by hand is an object") {
    drop_in("f", "123456789");
    CHECK(stat("f").size == 9);
    CHECK(content("f") == "123456789");
    CHECK(keys("") == std::multiset<std::string>{"f"});
    CHECK_FALSE(version("f").etag.empty());
    CHECK(value_of(digest("f", hash_algorithm::md5)) == md5_of_digits);
    value_of(try_put("f", "0", overwrite::allowed, at_end));
    CHECK(content("f") == "1234567890");
    value_of(rename("f", "g"));
    value_of(remove("g"));
}

TEST_CASE_METHOD(local_adapter_test,
                 "a file put there by hand keeps its ETag while it does not change") {
    drop_in("f", "content");
    const auto etag = version("f").etag;
    CHECK(version("f").etag == etag);
    value_of(digest("f", hash_algorithm::sha1));
    CHECK(version("f").etag == etag);
}

TEST_CASE_METHOD(local_adapter_test,
                 "a file changed from outside is a new version with new checksums") {
    const auto stored = put("f", "987654321");
    const auto old = value_of(digest("f", hash_algorithm::md5));
    drop_in("f", "123456789"); // the same size, in place
    const auto now = version("f");
    CHECK(now.etag != stored.etag);
    CHECK(now.crc64.value_or(0x995dc9bbdf1939fa) == 0x995dc9bbdf1939fa);
    CHECK(value_of(digest("f", hash_algorithm::md5)) == md5_of_digits);
    CHECK(old != md5_of_digits);
    std::ofstream(file("f"), std::ios::app) << "0";
    CHECK(version("f").etag != now.etag);
    CHECK(version("f").size == 10);
}

TEST_CASE_METHOD(local_adapter_test,
                 "an append to a file changed from outside has the right checksum") {
    put("f", "987654321");
    drop_in("f", "123456789");
    const auto stored = value_of(try_put("f", "This is a test of the emergency broadcast system.",
                                         overwrite::allowed, at_end));
    CHECK(stored.crc64 == 0x6a7aa19fcbf48688);
}

TEST_CASE_METHOD(local_adapter_test, "a file that grows while it is read ends where it ended") {
    drop_in("f", "123456789");
    const auto from = value_of(try_read("f"));
    std::ofstream(file("f"), std::ios::app) << "more";
    CHECK(rest_of(*from) == "123456789");
}

TEST_CASE_METHOD(local_adapter_test, "a file cut short while it is read is an error, not an end") {
    drop_in("f", pattern(100'000));
    const auto from = value_of(try_read("f"));
    fs::resize_file(file("f"), 0);
    std::vector<char> buffer(1000);
    CHECK(error_of(run(from->read_some(buffer))) == errc::unavailable);
}

TEST_CASE_METHOD(local_adapter_test, "an object without its extended attribute works") {
    put("f", "123456789");
    REQUIRE(::removexattr(file("f").c_str(), attribute) == 0);
    CHECK_FALSE(version("f").etag.empty());
    CHECK(content("f") == "123456789");
    CHECK(value_of(digest("f", hash_algorithm::md5)) == md5_of_digits);
    const auto stored = value_of(try_put("f", "This is a test of the emergency broadcast system.",
                                         overwrite::allowed, at_end));
    CHECK(stored.crc64 == 0x6a7aa19fcbf48688);
}

TEST_CASE_METHOD(local_adapter_test, "a damaged extended attribute is as none") {
    put("f", "123456789");
    const std::string values[] = {"",
                                  "nonsense",
                                  "objftpd1\n",
                                  "objftpd1\nsize=9",
                                  "objftpd1\nsize=9\nmtime=1\netag=x\nmd5=x\n",
                                  std::string(3000, 'x')};
    for (const auto& value : values) {
        INFO(value);
        REQUIRE(::setxattr(file("f").c_str(), attribute, value.data(), value.size(), 0) == 0);
        CHECK(version("f").etag.size() == 32);
        CHECK(value_of(digest("f", hash_algorithm::md5)) == md5_of_digits);
    }
}

TEST_CASE_METHOD(local_adapter_test, "a hash is remembered with the version") {
    put("f", "123456789");
    value_of(digest("f", hash_algorithm::md5));
    std::string value(4096, '\0');
    const auto length = ::getxattr(file("f").c_str(), attribute, value.data(), value.size());
    REQUIRE(length > 0);
    value.resize(static_cast<std::size_t>(length));
    CHECK(value.find(md5_of_digits) != std::string::npos);
}

TEST_CASE_METHOD(local_adapter_test,
                 "a file copied with its attributes and times is the same content") {
    put("f", "123456789");
    const auto etag = version("f").etag;
    const auto command = "cp -a '" + file("f").string() + "' '" + file("g").string() + "'";
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(value_of(digest("g", hash_algorithm::md5)) == md5_of_digits);
    put("f", "else");
    CHECK(version("f").etag != etag);
}

TEST_CASE_METHOD(local_adapter_test, "pipes, sockets and devices neither block nor show") {
    REQUIRE(::mkfifo(file("pipe").c_str(), 0666) == 0);
    // Not every user may make devices.
    const bool device = ::mknod(file("device").c_str(), S_IFCHR | 0666, makedev(1, 5)) == 0;
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    file("socket").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    ::close(socket);

    for (const auto* key : {"pipe", "socket", "device"}) {
        INFO(key);
        if (!device && key == std::string("device"))
            continue;
        CHECK(error_of(try_stat(key)) == errc::not_found);
        CHECK(error_of(run(store().stat(key, storage::detail::version))) == errc::not_found);
        CHECK(error_of(try_read(key)) == errc::not_found);
        CHECK(error_of(digest(key, hash_algorithm::md5)) == errc::not_found);
        CHECK_FALSE(try_put(key, "x", overwrite::allowed, at_end));
        CHECK_FALSE(copy(key, "copy"));
    }
    CHECK(keys("").empty());
    storage::list_request names("", std::string(), 1000);
    names.names_only = true;
    CHECK(keys(names).empty());
    CHECK(leftovers() == 0);
}

TEST_CASE_METHOD(local_adapter_test, "an upload under a pipe's name replaces the pipe") {
    REQUIRE(::mkfifo(file("pipe").c_str(), 0666) == 0);
    put("pipe", "content");
    CHECK(content("pipe") == "content");
}

TEST_CASE_METHOD(local_adapter_test, "names that could forge listing lines are hidden") {
    for (const auto* name : {"cr\rlf", "new\nline", "\r\n", "end\n"})
        drop_in(name, "x");
    drop_in("good", "x");
    fs::create_directory(file("dir\n"));
    CHECK(keys("") == std::multiset<std::string>{"good"});
    storage::list_request all("", std::string(), 1000);
    all.recursive = true;
    all.names_only = true;
    CHECK(keys(all) == std::multiset<std::string>{"good"});
}

TEST_CASE_METHOD(local_adapter_test, "names that are not UTF-8 are hidden") {
    for (const auto* name : {"\xFF", "latin1-\xE4", "\xC0\xAF", "cut-\xE4\xB8", "\xED\xA0\x80"})
        drop_in(name, "x");
    drop_in("\xE4\xB8\xAD", "x");
    CHECK(keys("") == std::multiset<std::string>{"\xE4\xB8\xAD"});
}

TEST_CASE_METHOD(local_adapter_test, "a directory that holds hidden names only is not empty") {
    fs::create_directory(file("d"));
    drop_in("d/new\nline", "x");
    CHECK(keys("d/").empty());
    CHECK(error_of(remove_directory("d/")) == errc::directory_not_empty);
}

TEST_CASE_METHOD(local_adapter_test, "many tasks on one bucket at a time keep every object whole") {
    // Each round replaces all objects with one letter; a reader never sees two letters.
    put_all({"0", "1", "2", "3"});
    std::atomic<bool> over{false};
    std::atomic<int> mixtures{0};
    std::thread reader([&] {
        event_loop loop;
        std::vector<char> buffer(300'000);
        while (!over) {
            auto from = loop.run(store().read("0", 0, {}));
            std::string seen;
            while (from) {
                const auto n = loop.run((*from)->read_some(buffer));
                if (!n || *n == 0)
                    break;
                seen.append(buffer.data(), *n);
            }
            if (seen.find_first_not_of(seen.substr(0, 1)) != std::string::npos)
                ++mixtures;
        }
    });
    for (char letter = 'a'; letter <= 'z'; ++letter)
        put("0", std::string(200'000, letter));
    over = true;
    reader.join();
    CHECK(mixtures == 0);
    CHECK(leftovers() == 0);
}
