#pragma once

#include "config/settings.hpp"
#include "storage/adapter.hpp"

#include "config/worker_pool.hpp"

#include <map>
#include <memory>
#include <string>

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
    explicit adapter_registry(worker_pool& disk, std::size_t upload_memory = 128 << 20);

    /// Opens a store. Blocks.
    result<> open(const config::store_settings& settings);

    /// The adapter of a bucket. `own` attributes of uploads go before the store's; the embedded
    /// store keeps none. Blocks.
    /// REQUIRES: open() of that store succeeded.
    result<std::shared_ptr<adapter>> bucket(const std::string& store, const std::string& bucket,
                                            const config::upload_attributes& own = {});

    /// Writes what has been asked of the stores over HTTP into the log. Thread-safe after start-up.
    void log_requests() const;

private:
    worker_pool& disk_;
    std::shared_ptr<memory_budget> upload_memory_;
    std::map<std::string, std::shared_ptr<object_store>> object_stores_;
    std::map<std::string, std::shared_ptr<local::local_store>> stores_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<adapter>> local_buckets_;
};

} // namespace objftpd::storage
