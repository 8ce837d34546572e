#include "config/password_hash.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <vector>

using namespace objftpd::config;

namespace {

constexpr hash_cost cheap{64, 1, 1};

} // namespace

TEST_CASE("a hash matches its own password only") {
    const auto hash = hash_password("correct horse", cheap);
    CHECK(verify_password(hash, "correct horse") == password_match::yes);
    for (const auto* const other : {"", "correct hors", "correct horse ", "Correct horse"})
        CHECK(verify_password(hash, other) == password_match::no);

    const auto empty = hash_password("", cheap);
    CHECK(verify_password(empty, "") == password_match::yes);
    CHECK(verify_password(empty, "x") == password_match::no);

    const std::string binary("a\0b", 3);
    CHECK(verify_password(hash_password(binary, cheap), binary) == password_match::yes);
    CHECK(verify_password(hash_password(binary, cheap), "a") == password_match::no);
}

TEST_CASE("two hashes of one password differ") {
    CHECK(hash_password("x", cheap) != hash_password("x", cheap));
}

TEST_CASE("a hash costs what its text says, by default 12 MiB and three passes") {
    CHECK(cost_of(hash_password("x", cheap)) == cheap);
    CHECK(cost_of(hash_password("x")) == hash_cost{12288, 3, 1});
}

TEST_CASE("a published argon2id hash is verified") {
    // From libargon2's own test.c, version 0x13.
    CHECK(verify_password("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                          "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                          "password") == password_match::yes);
}

TEST_CASE("what is not an argon2id hash of bearable cost has no cost and matches nothing") {
    const std::string tail = "$ROJrBLzOSL4ERd1T7ggebQ$7VPQMIvkuaBq6U+5YYbQ24g4GDallJlCJi8KoxVqoyE";
    for (const auto& hash : std::vector<std::string>{
             "", "password", "$1$salt$hash", "$argon2i$v=19$m=64,t=1,p=1" + tail,
             "$argon2id$v=16$m=64,t=1,p=1" + tail, "$argon2id$v=19$m=64,t=1" + tail,
             "$argon2id$v=19$m=64,t=1,p=0" + tail, "$argon2id$v=19$m=64,t=0,p=1" + tail,
             "$argon2id$v=19$m=4,t=1,p=1" + tail, "$argon2id$v=19$m=1048577,t=1,p=1" + tail,
             "$argon2id$v=19$m=64,t=101,p=1" + tail, "$argon2id$v=19$m=4294967296,t=1,p=1" + tail,
             "$argon2id$v=19$m=256,t=1,p=17" + tail, "$argon2id$v=19$m=64,t=1,p=1" + tail + "$",
             "$argon2id$v=19$m=64,t=1,p=1" + tail + " ",
             "$argon2id$v=19$m=64,t=1,p=1$$" + tail.substr(24),
             std::string("$argon2id$v=19$m=64,t=1,p=1$ROJrBLzOSL4ERd1T7ggebQ$short")}) {
        CAPTURE(hash);
        CHECK(cost_of(hash) == std::nullopt);
        CHECK(verify_password(hash, "password") == password_match::no);
    }
}

TEST_CASE("a decoy is well formed, costs what is asked, and never matches") {
    const auto decoy = decoy_hash(cheap);
    CHECK(cost_of(decoy) == cheap);
    CHECK(decoy.size() == hash_password("x", cheap).size());
    CHECK(decoy != decoy_hash(cheap));
    for (const auto* const guess : {"", "x", "password"})
        CHECK(verify_password(decoy, guess) == password_match::no);
}

TEST_CASE("random passwords have four groups of four clear letters, and differ") {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto password = random_password();
        REQUIRE(password.size() == 19);
        for (std::size_t at = 0; at < password.size(); ++at) {
            CAPTURE(password, at);
            if (at % 5 == 4)
                CHECK(password[at] == '-');
            else
                CHECK(std::string("abcdefghijkmnpqrstuvwxyz23456789").find(password[at]) !=
                      std::string::npos);
        }
        seen.insert(password);
    }
    CHECK(seen.size() == 100);
}
