#pragma once

#include "storage/http/client.hpp"

#include <map>
#include <memory>

namespace objftpd::storage::http {

/// The HTTP clients of one I/O thread, one for each store: a service of its event loop, so that
/// whoever runs there finds them and they end after the last coroutine.
class client_pool final : public asio::execution_context::service {
public:
    using key_type = client_pool;
    static asio::execution_context::id id;

    explicit client_pool(asio::execution_context& context);

    /// The client for these settings in the event loop of `executor`, on whose thread it must be
    /// called.
    static client& find(const asio::any_io_executor& executor,
                        const std::shared_ptr<const client_settings>& settings);

private:
    struct entry {
        std::shared_ptr<const client_settings> settings; // keeps the map's key its own
        std::unique_ptr<http::client> client;
    };

    // The clients stay: what is left of coroutines still uses them.
    void shutdown() override {}

    asio::io_context& context_;
    std::map<const client_settings*, entry> clients_;
};

} // namespace objftpd::storage::http
