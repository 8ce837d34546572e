#include "storage/rest/upload_mark.hpp"
#include "tests/support/sizes.hpp"

#include <catch2/catch.hpp>

#include <string>

using objftpd::storage::rest::upload_mark;
using namespace objftpd::tests;

TEST_CASE("a first part carries the mark of its key and owner") {
    for (const auto part : {MiB / 10, 5 * MiB, 8 * MiB, 64 * MiB, 5000 * MiB}) {
        const upload_mark alices("in/scan.pdf", "alice");
        const auto size = alices.add_to(part);
        CAPTURE(part, size);
        CHECK(size > part);
        CHECK(size <= part + part / 8);
        CHECK(size <= part + MiB);
        CHECK(alices.is_on(size, part));
        CHECK_FALSE(upload_mark("in/scan.pdf", "bob").is_on(size, part));
        CHECK_FALSE(upload_mark("in/scan.pdf", "").is_on(size, part));
        CHECK_FALSE(upload_mark("in/scan.pd", "falice").is_on(size, part));
        CHECK_FALSE(upload_mark("in/other.pdf", "alice").is_on(size, part));
    }
}

TEST_CASE("a larger part than usual of an announced upload is known by its mark") {
    const upload_mark mark("key", "alice");
    CHECK(mark.is_on(mark.add_to(57 * MiB), 8 * MiB));
    CHECK_FALSE(mark.is_on(mark.add_to(57 * MiB) + 1, 8 * MiB));
}

TEST_CASE("the longest marked part below a limit is one of some MiB") {
    for (int n = 0; n < 100; ++n) {
        const upload_mark mark("key " + std::to_string(n), "");
        for (const auto limit : {2 * MiB, 5 * MiB + 17, 8 * MiB, 123 * MiB, 5000 * MiB}) {
            const auto size = mark.at_most(limit);
            CAPTURE(n, limit, size);
            CHECK(size <= limit);
            CHECK(size > limit - MiB);
            CHECK(mark.is_on(size, 8 * MiB));
        }
        CHECK(mark.at_most(MiB) == 0);
    }
}

TEST_CASE("parts of the sizes that other programs choose carry no mark") {
    const std::uint64_t sizes[] = {0,          5 * MiB,     8 * MiB,  16 * MiB,
                                   50'000'000, 100'000'000, 64 * MiB, 1024 * MiB};
    for (int n = 0; n < 1000; ++n) {
        const upload_mark mark("key " + std::to_string(n), "");
        for (const auto size : sizes)
            CHECK_FALSE(mark.is_on(size, 8 * MiB));
    }
}
