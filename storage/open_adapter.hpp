#pragma once

#include "config/settings.hpp"
#include "storage/adapter.hpp"
#include "storage/directory_journal.hpp"

#include "config/worker_pool.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::storage {

class memory_budget;
class object_store;

namespace local {
class local_store;
}

/// Turns [[store]] settings into adapters; a new type of store is added here and nowhere else. Used
/// at start-up by one thread; the adapters it gives out are thread-safe.
class adapter_registry {
public:
    /// `disk` runs the embedded store's blocking calls and must outlive every adapter.
    /// `upload_memory` (bytes) is what uploads to stores over HTTP may fill in all.
    /// Renames that are not atomic are written down in `journal_folder`, unless that is empty.
    explicit adapter_registry(worker_pool& disk, std::size_t upload_memory = 128 << 20,
                              const std::string& journal_folder = {});

    /// Opens a store. Blocks.
    result<> open(const config::store_settings& settings);

    /// The adapter of a bucket. `own` attributes of uploads go before the store's; the embedded
    /// store keeps none. Blocks.
    /// REQUIRES: open() of that store succeeded.
    result<std::shared_ptr<adapter>> bucket(const std::string& store, const std::string& bucket,
                                            const config::upload_attributes& own = {});

    /// Finishes what a crash of an earlier process has left half done, and from then on what fails
    /// at its end, on one I/O thread, when all buckets are open: again and again while a store
    /// fails, for a day after it was begun. What is older is logged alone. Blocks.
    void recover_on(const asio::any_io_executor& thread);

    /// Writes what has been asked of the stores over HTTP into the log. Thread-safe after start-up.
    void log_requests() const;

private:
    enum class recovery { ended, fails };
    awaitable<void> recover(std::vector<directory_journal::unfinished> left);
    awaitable<recovery> recover_one(directory_journal::unfinished& left);

    worker_pool& disk_;
    std::shared_ptr<memory_budget> upload_memory_;
    std::shared_ptr<directory_journal> journal_; // null: there is none
    std::map<std::string, std::shared_ptr<object_store>> object_stores_;
    std::map<std::string, std::shared_ptr<local::local_store>> stores_;
    std::map<std::string, std::chrono::seconds> keep_unfinished_; // of those
    std::map<std::pair<std::string, std::string>, std::shared_ptr<adapter>> local_buckets_;
};

} // namespace objftpd::storage
