#include "tests/conformance/adapter_test.hpp"
#include "tests/conformance/object_store_bucket.hpp"

#include <boost/asio/post.hpp>

using namespace objftpd;
using namespace objftpd::tests;
using storage::memory_budget;

namespace {

constexpr std::size_t range = 300 << 10; // bytes: more than a chunk of memory, and not a multiple

/// A bucket over HTTP whose downloads are fetched in ranges, three at the same time.
class read_ahead_test : public bucket_speech {
public:
    void with(const config::store_settings& settings) {
        auto changed = settings;
        changed.remote.part_size = range;
        changed.remote.parallel_reads = 3;
        bucket_.emplace(loop(), changed);
        use(bucket_->adapter());
    }
    ~read_ahead_test() { use(nullptr); }

    memory_budget& memory() { return bucket_->memory(); }

    /// Lets what happens in the background come to its end.
    template <class Condition>
    void wait_until(Condition is_met) {
        const auto waiting = [&]() -> awaitable<void> {
            while (!is_met())
                co_await asio::post(asio::use_awaitable);
        };
        run(waiting());
    }

private:
    std::optional<object_store_bucket> bucket_;
};

} // namespace

TEST_CASE_METHOD(read_ahead_test, "what is read in parallel ranges is what was stored") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings);
        for (const auto size : {std::size_t{0}, std::size_t{1}, range - 1, range, range + 1,
                                3 * range, 11 * range + 17}) {
            INFO(size);
            const auto bytes = pattern(size);
            put("f", bytes);
            CHECK(content("f") == bytes);
            for (const auto offset : {std::size_t{1}, size / 2, size})
                if (offset <= size)
                    CHECK(rest_of(*value_of(try_read("f", offset))) == bytes.substr(offset));
            CHECK(try_read("f", size + 1).error() == errc::range_not_satisfiable);
        }
        CHECK(memory().used() == 0);
    }
}

TEST_CASE_METHOD(read_ahead_test, "ranges of two versions are never mixed") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings);
        const auto old = pattern(20 * range);
        put("f", old);
        const auto from = value_of(try_read("f"));
        std::vector<char> buffer(10'000);
        auto n = run(from->read_some(buffer));
        put("f", std::string(20 * range, 'x'));
        std::string all;
        for (; n && *n > 0; n = run(from->read_some(buffer)))
            all.append(buffer.data(), *n);
        CHECK(n.error() == errc::precondition_failed);
        CHECK(all == old.substr(0, all.size()));
    }
}

TEST_CASE_METHOD(read_ahead_test, "what is read ahead takes no more than its ranges, and no memory "
                                  "when nobody reads it any more") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings);
        put("f", pattern(20 * range));
        auto from = value_of(try_read("f"));
        std::vector<char> buffer(10);
        value_of(run(from->read_some(buffer)));
        // Two chunks for each of the two ranges behind the first.
        wait_until([&] { return memory().used() >= 4 * memory_budget::chunk_size; });
        CHECK(memory().used() == 4 * memory_budget::chunk_size);
        from.reset();
        wait_until([&] { return memory().used() == 0; });
    }
}

TEST_CASE_METHOD(read_ahead_test, "without memory the ranges are read one after the other") {
    for (const auto& settings : object_stores_under_test()) {
        with(settings);
        const auto bytes = pattern(7 * range);
        put("f", bytes);
        const auto others = memory().join();
        std::vector<memory_budget::chunk> all;
        while (auto chunk = memory().try_take(others))
            all.push_back(std::move(chunk));
        CHECK(content("f") == bytes);
    }
}
