#pragma once

#include "storage/http/client.hpp"

#include <map>
#include <memory>
#include <utility>

namespace objftpd::storage::http {

/// The HTTP clients of one I/O thread, two for each store: a service of its event loop, so that
/// whoever runs there finds them and they end after the last coroutine.
class client_pool final : public asio::execution_context::service {
public:
    using key_type = client_pool;
    static asio::execution_context::id id;

    /// A download keeps its connection for as long as its reader takes. Sessions have one each,
    /// which bounds them; client_settings::max_connections does not, or others would wait for
    /// readers.
    enum class use { requests, downloads };

    explicit client_pool(asio::execution_context& context);

    /// The client for these settings in the event loop of `executor`, on whose thread it must be
    /// called.
    static client& find(const asio::any_io_executor& executor,
                        const std::shared_ptr<const client_settings>& settings,
                        use what = use::requests);

private:
    struct entry {
        std::shared_ptr<const client_settings> settings; // keeps the map's key its own
        std::unique_ptr<http::client> client;
    };

    // The clients stay: what is left of coroutines still uses them.
    void shutdown() override {}

    asio::io_context& context_;
    std::map<std::pair<const client_settings*, use>, entry> clients_;
};

} // namespace objftpd::storage::http
