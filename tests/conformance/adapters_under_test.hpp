#pragma once

#include "storage/adapter.hpp"
#include "storage/open_adapter.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::tests {

/// An empty bucket of some store, and what keeps it alive. The adapter must not outlive it.
class bucket_under_test {
public:
    virtual ~bucket_under_test() = default;

    virtual std::shared_ptr<storage::adapter> adapter() = 0;

    /// How many unfinished uploads still take space in the store, once all work has settled.
    virtual std::size_t leftovers() = 0;
};

/// One row of what the suite is run for. `loop` runs the test's coroutines.
struct adapter_under_test {
    std::string name;
    std::function<std::unique_ptr<bucket_under_test>(event_loop& loop)> make;
};

/// A bucket of the embedded store in a folder of its own.
class local_bucket final : public bucket_under_test {
public:
    static constexpr unsigned threads = 3;

    explicit local_bucket(config::durability durability) : disk_(threads), registry_(disk_) {
        config::store_settings settings;
        settings.name = "main";
        settings.path = folder_.path().string();
        settings.durability = durability;
        value_of(registry_.open(settings));
        adapter_ = value_of(registry_.bucket("main", "files"));
    }
    ~local_bucket() override { settle(); }

    std::shared_ptr<storage::adapter> adapter() override { return adapter_; }

    std::size_t leftovers() override {
        settle();
        std::size_t files = 0;
        const auto area = folder_.path() / ".objftpd";
        for (const auto& file : std::filesystem::recursive_directory_iterator(area))
            files += file.is_regular_file() && file.path().extension() != ".lock" ? 1 : 0;
        return files;
    }

    /// Where the bucket's files lie.
    std::filesystem::path path() const { return folder_.path() / "files"; }

    /// The store's folder, for what lies beside the bucket.
    std::filesystem::path store_path() const { return folder_.path(); }

private:
    // Once every disk thread has come to the latch, all that was posted before is done.
    void settle() {
        const auto all_idle = std::make_shared<std::latch>(threads + 1);
        for (unsigned i = 0; i < threads; ++i)
            disk_.post([all_idle] { all_idle->arrive_and_wait(); });
        all_idle->arrive_and_wait();
    }

    temporary_folder folder_;
    worker_pool disk_;
    storage::adapter_registry registry_;
    std::shared_ptr<storage::adapter> adapter_;
};

/// All adapters: a new one is a new row there. With S3_ENDPOINT set (tests/stores) the S3 adapter
/// alone, against the engine there.
std::vector<adapter_under_test> adapters_under_test();

/// The same, and buckets with hierarchical namespace, where the store renames by itself. Their
/// directories show in listings, as markers do.
std::vector<adapter_under_test> adapters_that_rename();

} // namespace objftpd::tests
