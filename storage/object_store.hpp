#pragma once

#include "config/settings.hpp"
#include "storage/adapter.hpp"
#include "storage/http/client.hpp"
#include "storage/http/credentials.hpp"
#include "storage/layers/breaker.hpp"
#include "storage/layers/metrics.hpp"
#include "storage/layers/retry_budget.hpp"
#include "storage/layers/stat_memory.hpp"
#include "storage/layers/throttle.hpp"
#include "storage/memory_budget.hpp"
#include "storage/rest/bucket_access.hpp"
#include "storage/rest/dialect.hpp"
#include "storage/rest/internal_endpoint.hpp"

#include "config/worker_pool.hpp"

#include <map>
#include <memory>
#include <string>

namespace objftpd::storage {

/// What has been asked of a store since the start, for whoever shows it.
struct store_totals {
    layers::request_totals::snapshot requests; // by rest::operation
    std::uint64_t nameless = 0;                // keys that listings left out: no path names them
    std::uint64_t hidden_by_directories = 0;   // the same: directories have their names
};

/// A store of type "s3" or "oss": what its buckets have in common, limits among it, and the layers
/// in front of each, in one fixed order. Nothing is asked of the store before the first operation.
class object_store {
public:
    /// `pool` reads files with credentials and must outlive the I/O threads' work.
    /// Without a journal a crash leaves half-done renames of directories as they are.
    object_store(const config::store_settings& settings, std::shared_ptr<memory_budget> memory,
                 worker_pool& pool, std::shared_ptr<directory_journal> journal = nullptr);

    /// An adapter of one of its buckets whose uploads get `own` attributes before the store's. All
    /// adapters of a bucket share its limits, locks and what is remembered of it. Used at start-up
    /// by one thread.
    std::shared_ptr<adapter> open_bucket(const std::string& bucket,
                                         const config::upload_attributes& own = {});

    /// Finishes what a crash has left half done. After an error it may be called again.
    awaitable<result<>> recover(directory_journal::unfinished& left);

    /// Thread-safe.
    store_totals totals() const;

    /// Writes them into the log. Thread-safe.
    void log_requests() const;

private:
    struct shared_bucket {
        std::shared_ptr<const rest::bucket_access> access; // without attributes of uploads
        std::shared_ptr<layers::stat_memory> known;        // null: nothing is remembered
    };

    const shared_bucket& find(const std::string& bucket);
    std::shared_ptr<rest::transport> layers_before(std::shared_ptr<rest::transport> wire) const;

    const config::store_settings settings_;
    const std::shared_ptr<memory_budget> memory_;
    const std::shared_ptr<directory_journal> journal_;
    const std::shared_ptr<const rest::dialect> dialect_;
    const std::shared_ptr<const http::client_settings> client_settings_;
    const std::shared_ptr<http::credentials_provider> credentials_;
    const std::shared_ptr<rest::internal_endpoint> inside_; // null: there is none
    const std::shared_ptr<layers::request_totals> totals_ =
        std::make_shared<layers::request_totals>();
    const std::shared_ptr<layers::store_watch> watch_;
    const std::shared_ptr<layers::request_queue> line_;
    const std::shared_ptr<layers::retry_budget> budget_;
    const std::shared_ptr<rest::unlisted_keys> unlisted_ = std::make_shared<rest::unlisted_keys>();
    std::map<std::string, shared_bucket> buckets_;
};

} // namespace objftpd::storage
