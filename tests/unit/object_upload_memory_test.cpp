#include "storage/rest/object_store_adapter.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/sizes.hpp"
#include "tests/unit/uploading_store.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

/// Uploads that go on side by side, each a piece at a time.
class object_upload_memory_test : public upload_test {
protected:
    /// Writes `size` bytes and commits.
    awaitable<void> send(std::unique_ptr<rest::object_upload> upload, std::uint64_t size) {
        const std::string bytes(128 << 10, 'x');
        for (std::uint64_t sent = 0; sent < size; sent += bytes.size()) {
            const auto written = co_await upload->write(bytes);
            if (!written) {
                failures.push_back(written.error());
                co_return;
            }
            co_await asio::post(asio::use_awaitable);
        }
        const std::span<const char> nothing;
        const auto stored = co_await upload->commit(nothing);
        if (stored)
            ++finished;
        else
            failures.push_back(stored.error());
    }

    /// All but the last, which may have any size.
    std::uint64_t shortest_part(const std::string& key) const {
        auto all = store.sizes(key);
        REQUIRE(all.size() > 1);
        all.pop_back();
        return std::ranges::min(all);
    }

    unsigned finished = 0;
    std::vector<error_code> failures;
};

struct crowd {
    unsigned uploads;
    std::uint64_t memory;
    unsigned parts_before;
    std::uint64_t first_part;
    std::shared_ptr<const rest::dialect> speech;
};

const auto oss_store = std::make_shared<oss::oss_dialect>(oss::signature::v4);
const auto s3_store = std::make_shared<s3::s3_dialect>(); // no part shorter than 5 MiB

} // namespace

TEST_CASE_METHOD(object_upload_memory_test,
                 "uploads end on whatever memory there is, however long their parts are to be") {
    const auto row = GENERATE(crowd{6, 24 * MiB, 2600, 8 * MiB, oss_store}, //
                              crowd{6, 128 * MiB, 2600, 8 * MiB, s3_store},
                              crowd{1, 16 * MiB, 1200, 1024 * MiB, oss_store},
                              crowd{3, 8 * MiB, 5000, 64 * MiB, oss_store},
                              crowd{40, 16 * MiB, 2600, 8 * MiB, oss_store},
                              crowd{40, 16 * MiB, 2600, 8 * MiB, s3_store});
    CAPTURE(row.uploads, row.memory, row.parts_before);
    const auto size = std::max(12 * MiB, 240 * MiB / row.uploads);
    settings.largest_part = 1024 * MiB;
    speech = row.speech;
    open(row.memory);
    for (unsigned i = 0; i < row.uploads; ++i) {
        const auto key = std::to_string(i);
        loop.start(send(upload_with_parts(key, row.parts_before, row.first_part), size));
    }
    store.transport->holds = true; // at first, no part comes back
    go_on();
    store.transport->release();
    go_on();
    CHECK(failures.empty());
    CHECK(finished == row.uploads);
    for (unsigned i = 0; i < row.uploads; ++i)
        CHECK(shortest_part(std::to_string(i)) >=
              std::max(4 * MiB, speech->bounds().smallest_part));
}

TEST_CASE_METHOD(object_upload_memory_test,
                 "while numbers are plenty a part is sent as soon as memory runs out") {
    settings.largest_part = settings.part_size = 8 * MiB;
    open(8 * MiB);
    const auto other = budget->join();
    std::vector<memory_budget::chunk> held;
    for (int i = 0; i < 31; ++i)
        held.push_back(budget->try_take(other));
    loop.start(send(upload_with_parts("key", 999, 8 * MiB), 2 * MiB));
    go_on();
    CHECK(finished == 1);
    const std::vector<std::uint64_t> sizes{256 << 10, 2 * MiB - (256 << 10)};
    CHECK(store.sizes("key") == sizes); // the second waits for more
}

TEST_CASE_METHOD(object_upload_memory_test,
                 "an upload goes on while another one's client, which holds all memory, is slow") {
    settings.largest_part = settings.part_size = 64 * MiB;
    open(64 * MiB);
    const auto slow = upload_of("slow");
    const std::string all(64 * MiB, 'x');
    REQUIRE(loop.run(slow->write(all)));
    REQUIRE(budget->used() == budget->size());
    loop.start(send(upload_with_parts("key", 1000, 64 * MiB), 40 * MiB));
    go_on();
    CHECK(finished == 1);
    CHECK(shortest_part("key") == 8 * MiB); // half of its share is 16
    CHECK(store.sizes("slow").empty());
}

TEST_CASE_METHOD(object_upload_memory_test,
                 "who may have no more memory sends what there is after some seconds") {
    memory_budget::clock::time_point time{};
    std::chrono::seconds step(0);
    now = [&] { return time += step; };
    settings.largest_part = settings.part_size = 8 * MiB;
    open(8 * MiB);
    const auto upload = upload_with_parts("key", 1000, 8 * MiB);
    const std::string bytes(256 << 10, 'x');
    REQUIRE(loop.run(upload->write(bytes)));
    // Others, who are slow, have all that is left, and all that there is beyond.
    std::vector<std::shared_ptr<memory_budget::member>> slow{budget->join()};
    std::vector<memory_budget::chunk> held;
    while (auto chunk = budget->try_take(slow.back()))
        held.push_back(std::move(chunk));
    for (int i = 0; i < 4; ++i) {
        slow.push_back(budget->join());
        held.push_back(loop.run(budget->take(slow.back(), {})));
        time += std::chrono::seconds(11);
    }
    step = std::chrono::seconds(11);
    std::optional<result<>> written;
    const auto write = [&]() -> awaitable<void> { written = co_await upload->write(bytes); };
    loop.start(write());
    go_on();
    CHECK(store.sizes("key") == std::vector<std::uint64_t>{bytes.size()});
    held.clear();
    go_on();
    REQUIRE(written);
    CHECK(*written);
}

TEST_CASE_METHOD(object_upload_memory_test, "an announced upload has longer parts from the start") {
    open(64 * MiB);
    loop.start(send(upload_of("unknown"), 5 * MiB));
    loop.start(send(upload_of("announced", 9'000 * 2 * MiB), 5 * MiB));
    go_on();
    REQUIRE(finished == 2);
    CHECK(store.objects["announced"].size == 5 * MiB);
    CHECK(store.sizes("announced").size() <= 3);
    CHECK(shortest_part("announced") > 2 * MiB);
    CHECK(store.sizes("unknown").size() > 40);
}

TEST_CASE_METHOD(object_upload_memory_test,
                 "48.8 TB have parts that are long enough if memory and settings allow it") {
    constexpr std::uint64_t most = 48'800'000'000'000;
    settings.largest_part = 5ull << 30;
    const auto memory = GENERATE(5ull << 30, 1ull << 30);
    open(memory);
    const auto upload = upload_of("key", most);
    const bool fits = memory >= settings.largest_part;
    CHECK((upload->longest() >= most) == fits);
    const std::string bytes(16 * MiB, 'x');
    CHECK(loop.run(upload->write(bytes)));
    CHECK(store.asked.empty()); // no part is full
    rest::object_store_adapter adapter(bucket);
    upload_request request("key", overwrite::allowed);
    request.expected_size = most;
    const auto opened = loop.run(adapter.open_upload(request));
    CHECK((opened ? error_code() : opened.error()) ==
          (fits ? error_code() : make_error_code(errc::too_large)));
}
