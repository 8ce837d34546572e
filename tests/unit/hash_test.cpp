#include "storage/checksum/hash.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace objftpd::storage;

namespace {

struct published_hash {
    hash_algorithm algorithm;
    std::string text;
    std::string hex;
};

// "abc" and the empty text of FIPS 180, RFC 1321 and the check values of the CRC catalogue.
const std::vector<published_hash> published_hashes = {
    {hash_algorithm::crc32, "", "00000000"},
    {hash_algorithm::crc32, "123456789", "cbf43926"},
    {hash_algorithm::crc32, "a", "e8b7be43"},
    {hash_algorithm::crc32, std::string(32, '\0'), "190a55ad"},
    {hash_algorithm::crc32, std::string(32, '\xFF'), "ff6cab0b"},
    {hash_algorithm::md5, "", "d41d8cd98f00b204e9800998ecf8427e"},
    {hash_algorithm::md5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
    {hash_algorithm::sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {hash_algorithm::sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {hash_algorithm::sha256, "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {hash_algorithm::sha256, "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {hash_algorithm::sha512, "abc",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

} // namespace

TEST_CASE("hashes are the published ones, in lower case") {
    for (const auto& r : published_hashes) {
        hash h(r.algorithm);
        h.update(r.text.data(), r.text.size());
        CHECK(h.finish() == r.hex);
    }
}

TEST_CASE("a hash does not depend on the pieces its data come in") {
    for (const auto& r : published_hashes) {
        hash h(r.algorithm);
        for (const char c : r.text) {
            h.update(&c, 1);
            h.update(&c, 0);
        }
        CHECK(h.finish() == r.hex);
    }
}

TEST_CASE("a hash that is moved goes on") {
    hash first(hash_algorithm::md5);
    first.update("a", 1);
    auto second = std::move(first);
    second.update("bc", 2);
    CHECK(second.finish() == "900150983cd24fb0d6963f7d28e17f72");
}
