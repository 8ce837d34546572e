#include "storage/oss/oss_dialect.hpp"
#include "storage/rest/part_plan.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/sizes.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using namespace objftpd::tests;
using rest::part_plan;

namespace {

const rest::limits& of_s3() {
    static const s3::s3_dialect dialect;
    return dialect.bounds();
}

const rest::upload_mark mark("key", "owner");

std::uint64_t longest_upload(const part_plan& plan, const rest::limits& bounds) {
    std::uint64_t bytes = 0;
    for (unsigned number = 1; number <= bounds.most_parts; ++number)
        bytes += plan.size(number);
    return bytes;
}

} // namespace

TEST_CASE("parts have the wished size first and grow when their numbers get short") {
    const part_plan plan(of_s3(), 8 * MiB, 64 * MiB, 0, mark);
    const auto first = mark.add_to(8 * MiB);
    CHECK(plan.size(1) == first);
    CHECK(plan.size(1500) == first);
    CHECK(plan.size(1501) == 2 * first);
    CHECK(plan.size(2001) == 4 * first);
    CHECK(plan.size(2501) == 64 * MiB);
    CHECK(plan.size(10'000) == 64 * MiB);
}

TEST_CASE("10 GiB fit into parts of the first size") {
    const part_plan plan(of_s3(), 8 * MiB, 64 * MiB, 0, mark);
    CHECK(10'240 * MiB / plan.size(1) <= 1500);
}

TEST_CASE("the size that a client announces makes the first parts large enough") {
    const auto size = std::uint64_t{500} << 30;
    const part_plan plan(of_s3(), 8 * MiB, 1024 * MiB, size, mark);
    CHECK(plan.size(1) * 9000 >= size);
    CHECK(mark.is_on(plan.size(1), 8 * MiB));
}

TEST_CASE("announced uploads carry the mark, however small parts are usually") {
    const oss::oss_dialect oss_store(oss::signature::v4);
    const auto usual = GENERATE(std::uint64_t{100} << 10, 1 * MiB, 5 * MiB, 9 * MiB);
    const auto size = GENERATE(std::uint64_t{20} << 30, std::uint64_t{60} << 30);
    const part_plan plan(oss_store.bounds(), usual, 64 * MiB, size, mark);
    CHECK(mark.is_on(plan.size(1), usual));
    CHECK(plan.longest_upload() >= size);
}

TEST_CASE("with parts of 5 GiB an announced upload reaches what stores take at most") {
    const auto most = std::uint64_t{48'800} * 1'000'000'000;
    const part_plan plan(of_s3(), 8 * MiB, std::uint64_t{5} << 30, most, mark);
    CHECK(longest_upload(plan, of_s3()) >= most);
    CHECK(plan.longest_upload() == longest_upload(plan, of_s3()));
}

TEST_CASE("the longest upload is that of which the options tell") {
    const part_plan usual(of_s3(), 8 * MiB, 64 * MiB, 0, mark);
    CHECK(usual.longest_upload() >> 30 >= 503);
    CHECK(usual.longest_upload() >> 30 < 510);
    const part_plan announced(of_s3(), 8 * MiB, 64 * MiB, std::uint64_t{600} << 30, mark);
    CHECK(announced.longest_upload() >> 30 >= 625);
    const auto too_much = std::uint64_t{48'800} * 1'000'000'000;
    CHECK(part_plan(of_s3(), 8 * MiB, 64 * MiB, too_much, mark).longest_upload() < too_much);
}

TEST_CASE("no part is shorter or longer than the store takes") {
    const oss::oss_dialect dialect(oss::signature::v4);
    CHECK(part_plan(dialect.bounds(), 1, 2, 0, mark).size(1) == mark.add_to(100 << 10));
    CHECK(part_plan(of_s3(), 1, 2, 0, mark).size(1) == mark.add_to(5 * MiB));
    const auto largest = part_plan(of_s3(), 1, UINT64_MAX, UINT64_MAX, mark).size(1);
    CHECK(largest <= std::uint64_t{5} << 30);
    CHECK(largest > (std::uint64_t{5} << 30) - MiB);
}

TEST_CASE("an upload that is gone on with has parts as it had before") {
    const part_plan plan(of_s3(), 8 * MiB + 17, 64 * MiB);
    CHECK(plan.size(2) == 8 * MiB + 17);
    CHECK(plan.size(1501) == 16 * MiB + 34);
}
