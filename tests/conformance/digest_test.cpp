#include "tests/conformance/adapter_test.hpp"

using namespace objftpd;
using namespace objftpd::tests;
using storage::hash_algorithm;

namespace {

struct published {
    hash_algorithm algorithm;
    const char* of_digits; // "123456789"
    const char* of_nothing;
};

const std::vector<published> vectors = {
    {hash_algorithm::crc32, "cbf43926", "00000000"},
    {hash_algorithm::md5, "25f9e794323b453885f5181f1b624d0b", "d41d8cd98f00b204e9800998ecf8427e"},
    {hash_algorithm::sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
     "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {hash_algorithm::sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {hash_algorithm::sha512,
     "d9e6762dd1c8eaf6d61b3c6192fc408d4d6d5f1176d0c29169bc24e71c3f274a"
     "d27fcd5811b313d681f7e55ec02d73d499c95455b6b5bb503acf574fba8ffe85",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
};

} // namespace

TEST_CASE_METHOD(adapter_test, "every hash is the published one, in lower case") {
    put("digits", "123456789");
    put("empty", "");
    for (const auto& row : vectors) {
        CHECK(value_of(digest("digits", row.algorithm)) == row.of_digits);
        CHECK(value_of(digest("empty", row.algorithm)) == row.of_nothing);
    }
}

TEST_CASE_METHOD(adapter_test, "a hash that is asked for again is the same") {
    put("f", pattern((9 << 20) + 1)); // more than one turn of a disk thread
    for (const auto& row : vectors) {
        const auto first = value_of(digest("f", row.algorithm));
        CHECK(value_of(digest("f", row.algorithm)) == first);
    }
}

TEST_CASE_METHOD(adapter_test, "hashes of one version are remembered beside each other") {
    put("f", "123456789");
    const auto before = version("f");
    for (int round = 0; round < 2; ++round)
        for (const auto& row : vectors)
            CHECK(value_of(digest("f", row.algorithm)) == row.of_digits);
    const auto after = version("f");
    CHECK(after.etag == before.etag);
    CHECK(after.crc64 == before.crc64);
    CHECK(after.modified == before.modified);
}

TEST_CASE_METHOD(adapter_test, "right after a replacement the hash is that of the new version") {
    put("f", "987654321");
    for (const auto& row : vectors)
        CHECK(value_of(digest("f", row.algorithm)) != row.of_digits);
    put("f", "123456789"); // the same size
    for (const auto& row : vectors)
        CHECK(value_of(digest("f", row.algorithm)) == row.of_digits);
}

TEST_CASE_METHOD(adapter_test, "a hash follows an append, a rename and a copy") {
    put("f", "1234");
    const auto old = value_of(digest("f", hash_algorithm::sha1));
    value_of(try_put("f", "56789", overwrite::allowed, at_end));
    CHECK(value_of(digest("f", hash_algorithm::sha1)) == vectors[2].of_digits);
    value_of(copy("f", "g"));
    CHECK(value_of(digest("g", hash_algorithm::sha1)) == vectors[2].of_digits);
    if (!can().renames)
        return;
    value_of(rename("g", "h"));
    CHECK(value_of(digest("h", hash_algorithm::sha1)) == vectors[2].of_digits);
    CHECK(old != vectors[2].of_digits);
}

TEST_CASE_METHOD(adapter_test, "a missing object and a directory have no hash") {
    value_of(make_directory("d/"));
    CHECK(error_of(digest("missing", hash_algorithm::md5)) == errc::not_found);
    CHECK_FALSE(digest("d", hash_algorithm::md5));
    if (can().real_directories)
        CHECK(error_of(digest("d", hash_algorithm::md5)) == errc::is_a_directory);
}

TEST_CASE_METHOD(adapter_test, "the CRC-64 of an upload is the published one") {
    std::string counting(32, '\0');
    for (std::size_t i = 0; i < counting.size(); ++i)
        counting[i] = static_cast<char>(i);
    const std::vector<std::pair<std::string, std::uint64_t>> rows = {
        {"123456789", 11051210869376104954u},
        {"", 0},
        {"This is a test of the emergency broadcast system.", 2871916124362751090u},
        {"a", 3675645893302102789u},
        {"hello world", 5981764153023615706u},
        {std::string(32, '\0'), 14509182247117337356u},
        {std::string(32, '\xFF'), 16815823765876284111u},
        {counting, 9215897168232598800u},
        {std::string(1 << 20, '\0'), 6947770692288575170u},
    };
    for (const auto& [text, crc64] : rows) {
        CHECK(put("at-commit", text).crc64.value_or(crc64) == crc64);
        const auto to = begin("in-writes");
        value_of(write(*to, text.substr(0, text.size() / 3)));
        value_of(write(*to, text.substr(text.size() / 3)));
        CHECK(value_of(commit(*to)).crc64.value_or(crc64) == crc64);
        CHECK(version("in-writes").crc64.value_or(crc64) == crc64);
    }
}
