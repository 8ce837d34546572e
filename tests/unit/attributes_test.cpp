#include "storage/local/attributes.hpp"

#include "tests/support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <set>

using namespace objftpd;
using namespace objftpd::storage::local;

namespace {

struct stat file_of(off_t size, time_t seconds, long nanoseconds = 5) {
    struct stat status {};
    status.st_size = size;
    status.st_mtim.tv_sec = seconds;
    status.st_mtim.tv_nsec = nanoseconds;
    return status;
}

attributes all_known() {
    attributes a;
    a.etag = "0123456789abcdef0123456789abcdef";
    a.crc64 = 11051210869376104954u;
    a.content_type = "text/plain; charset=utf-8";
    a.digests = {"cbf43926", "md5-hex", "sha1-hex", "sha256-hex", "sha512-hex"};
    return a;
}

bool same(const attributes& a, const attributes& b) {
    return a.etag == b.etag && a.crc64 == b.crc64 && a.content_type == b.content_type &&
           a.digests == b.digests;
}

} // namespace

TEST_CASE("attributes come back as they were written") {
    const auto status = file_of(9, 1'700'000'000);
    const auto whole = all_known();
    CHECK(same(decode(encode(whole, status), status).value(), whole));
    attributes least;
    least.etag = "x";
    CHECK(same(decode(encode(least, status), status).value(), least));
}

TEST_CASE("attributes of another size or time are of another version") {
    const auto value = encode(all_known(), file_of(9, 1'700'000'000));
    CHECK(decode(value, file_of(9, 1'700'000'000)));
    CHECK_FALSE(decode(value, file_of(10, 1'700'000'000)));
    CHECK_FALSE(decode(value, file_of(9, 1'700'000'001)));
    CHECK_FALSE(decode(value, file_of(9, 1'700'000'000, 6)));
}

TEST_CASE("a value that is cut, damaged or not ours is none") {
    const auto status = file_of(9, 1'700'000'000);
    const auto value = encode(all_known(), status);
    const auto etag_end = value.find('\n', value.find("etag=")) + 1;
    for (std::size_t length = 0; length < etag_end; ++length)
        CHECK_FALSE(decode(value.substr(0, length), status));
    for (const auto* other : {"", "objftpd2\netag=x\n", "nonsense", "objftpd1\n=\n"})
        CHECK_FALSE(decode(other, status));
    CHECK_FALSE(decode(value + "no end of line", status));
    CHECK_FALSE(decode(value + "no equals sign\n", status));
    CHECK_FALSE(decode(std::string(1000, '\0'), status));
}

TEST_CASE("a value with lines of later versions is still understood") {
    const auto status = file_of(9, 1'700'000'000);
    const auto read = decode(encode(all_known(), status) + "colour=blue\n", status);
    REQUIRE(read);
    CHECK(same(*read, all_known()));
}

TEST_CASE("a checksum that is no number is not known") {
    const auto status = file_of(9, 1'700'000'000);
    auto value = encode(all_known(), status);
    value.replace(value.find("crc64=") + 6, 2, "0x");
    const auto read = decode(value, status);
    REQUIRE(read);
    CHECK_FALSE(read->crc64);
}

TEST_CASE("times before 1970 are kept too") {
    const auto status = file_of(0, -86'400, 999'999'999);
    CHECK(decode(encode(all_known(), status), status));
    CHECK(modified_of(status).time_since_epoch() ==
          std::chrono::seconds(-86'400) + std::chrono::nanoseconds(999'999'999));
}

TEST_CASE("ETags are 32 hex digits and never the same twice") {
    std::set<std::string> seen;
    for (int i = 0; i < 10'000; ++i) {
        const auto etag = new_etag();
        CHECK(etag.size() == 32);
        CHECK(etag.find_first_not_of("0123456789abcdef") == std::string::npos);
        seen.insert(etag);
    }
    CHECK(seen.size() == 10'000);
}

TEST_CASE("attributes stay with the file, and a file without has a version all the same") {
    const tests::temporary_folder folder;
    const auto path = folder.file("f", "123456789");
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    const auto made = read_attributes(fd, status);
    CHECK(made.etag.size() == 32);
    CHECK_FALSE(made.crc64);
    CHECK(read_attributes(fd, status).etag == made.etag);
    write_attributes(fd, all_known(), status);
    if (::fgetxattr(fd, "user.objftpd", nullptr, 0) > 0) // not every file system has them
        CHECK(same(read_attributes(fd, status), all_known()));
    auto touched = status;
    ++touched.st_mtim.tv_sec;
    CHECK(read_attributes(fd, touched).etag != made.etag);
    ::close(fd);
}
