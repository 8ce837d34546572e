#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/copy_plan.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/sizes.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace objftpd::tests;
using rest::copy_plan;
using followed_by = rest::copy_plan::followed_by;

namespace {

constexpr std::uint64_t GiB = 1 << 30;
constexpr std::uint64_t usual = 8 * MiB; // of parts that are sent

struct store {
    const char* name;
    const rest::limits& bounds;
};

const std::vector<store>& stores() {
    static const s3::s3_dialect s3;
    static const oss::oss_dialect oss(oss::signature::v4);
    static const std::vector<store> all{{"S3", s3.bounds()}, {"OSS", oss.bounds()}};
    return all;
}

void check_pieces(const copy_plan& plan, const rest::limits& bounds, std::uint64_t size,
                  followed_by then) {
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < plan.count(); ++i) {
        if (plan.first(i) != end || plan.size(i) > bounds.largest_part || plan.size(i) == 0)
            FAIL("piece " << i << " begins at " << plan.first(i) << ", size " << plan.size(i));
        const bool is_end = i + 1 == plan.count() && then == followed_by::nothing;
        if (!is_end && plan.size(i) < bounds.smallest_part)
            FAIL("piece " << i << " is too short: " << plan.size(i));
        end += plan.size(i);
    }
    CHECK(end == size);
}

} // namespace

TEST_CASE("the pieces of a copy are all of it, and none is shorter or longer than stores take") {
    for (const auto& store : stores())
        for (const auto largest : {16 * MiB, 100 * MiB, 5 * GiB, UINT64_MAX})
            for (const auto size : {16 * MiB + 1, 21 * MiB, 128 * MiB, 129 * MiB, 5 * GiB,
                                    100 * GiB + 7, 5'000 * GiB, 48'000 * GiB})
                for (const auto then : {followed_by::nothing, followed_by::parts})
                    for (int key = 0; key < 20; ++key) {
                        const rest::upload_mark mark(std::to_string(key), "");
                        const copy_plan plan(store.bounds, largest, size, mark, then);
                        CAPTURE(store.name, largest, size, key);
                        REQUIRE(plan.count() > 0);
                        CHECK(plan.count() <= store.bounds.most_parts);
                        check_pieces(plan, store.bounds, size, then);
                    }
}

TEST_CASE("all pieces of a copy but the last carry the upload's mark") {
    const rest::upload_mark mark("key", "");
    for (const auto& store : stores())
        for (const auto size : {17 * MiB, 140 * MiB, 3 * GiB, 5'000 * GiB}) {
            const copy_plan plan(store.bounds, 16 * MiB, size, mark, followed_by::parts);
            CAPTURE(store.name, size, plan.count());
            REQUIRE(plan.count() > 1);
            for (std::uint64_t i = 0; i + 1 < plan.count(); ++i)
                if (!mark.is_on(plan.size(i), usual))
                    FAIL("piece " << i << " carries no mark");
        }
}

TEST_CASE("half of the parts' numbers are left behind what is copied") {
    const rest::upload_mark mark("key", "");
    for (const auto& store : stores())
        for (const auto size : {100 * GiB, 5'000 * GiB, 20'000 * GiB})
            CHECK(copy_plan(store.bounds, 16 * MiB, size, mark, followed_by::parts).count() <=
                  store.bounds.most_parts / 2);
}

TEST_CASE("a piece is no longer than what one request may copy") {
    const rest::upload_mark mark("key", "");
    for (const auto& store : stores())
        for (const auto largest : {16 * MiB, 50 * MiB, 128 * MiB}) {
            const copy_plan plan(store.bounds, largest, GiB, mark, followed_by::parts);
            for (std::uint64_t i = 0; i < plan.count(); ++i)
                CHECK(plan.size(i) <= largest);
        }
}

TEST_CASE("what is too short to be marked is one piece, if stores take that") {
    for (const auto& store : stores()) {
        const auto smallest = store.bounds.smallest_part;
        for (int key = 0; key < 100; ++key) {
            const rest::upload_mark mark(std::to_string(key), "");
            const auto count = [&](std::uint64_t size, followed_by then) {
                return copy_plan(store.bounds, 5 * GiB, size, mark, then).count();
            };
            CAPTURE(store.name, key);
            CHECK(count(0, followed_by::parts) == 0);
            CHECK(count(smallest - 1, followed_by::parts) == 0);
            CHECK(count(smallest, followed_by::parts) == 1);
            CHECK(count(2 * smallest, followed_by::parts) == 1);
            CHECK(count(2 * smallest + 2 * MiB, followed_by::parts) == 2);
            CHECK(count(1, followed_by::nothing) == 1);
            CHECK(count(smallest, followed_by::nothing) == 1);
        }
    }
}
