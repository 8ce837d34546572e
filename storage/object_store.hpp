#pragma once

#include "config/settings.hpp"
#include "storage/adapter.hpp"
#include "storage/http/client.hpp"
#include "storage/http/credentials.hpp"
#include "storage/memory_budget.hpp"
#include "storage/rest/dialect.hpp"

#include "config/worker_pool.hpp"

#include <memory>
#include <string>

namespace objftpd::storage {

/// A store of type "s3" or "oss": what its buckets have in common, and the layers in front of each,
/// in one fixed order. Nothing is asked of the store before the first operation.
class object_store {
public:
    /// `pool` reads files with credentials and must outlive the I/O threads' work.
    object_store(const config::store_settings& settings, std::shared_ptr<memory_budget> memory,
                 worker_pool& pool);

    /// The adapter of one of its buckets.
    std::shared_ptr<adapter> open_bucket(const std::string& bucket) const;

private:
    const config::store_settings settings_;
    const std::shared_ptr<memory_budget> memory_;
    const std::shared_ptr<const rest::dialect> dialect_;
    const std::shared_ptr<const http::client_settings> client_settings_;
    const std::shared_ptr<http::credentials_provider> credentials_;
};

} // namespace objftpd::storage
