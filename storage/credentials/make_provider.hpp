#pragma once

#include "config/settings.hpp"
#include "storage/http/client.hpp"
#include "storage/http/credentials.hpp"

#include "config/worker_pool.hpp"

#include <memory>

namespace objftpd::storage::credentials {

/// Who signs the requests to a store, by its settings. Nothing is asked before the first request.
/// `way` is how the store is reached; `pool` reads files and must outlive the I/O threads' work.
std::shared_ptr<http::credentials_provider> make_provider(const config::store_settings& store,
                                                          const http::client_settings& way,
                                                          worker_pool& pool);

} // namespace objftpd::storage::credentials
