#include "storage/http/client_pool.hpp"

namespace objftpd::storage::http {

asio::execution_context::id client_pool::id;

client_pool::client_pool(asio::execution_context& context)
    : service(context), context_(static_cast<asio::io_context&>(context)) {
    // Services end in reverse order: those that the clients stand on must be there before.
    const asio::steady_timer timer(context_);
    const asio::posix::stream_descriptor descriptor(context_);
}

client& client_pool::find(const asio::any_io_executor& executor,
                          const std::shared_ptr<const client_settings>& settings, use what) {
    auto& pool = asio::use_service<client_pool>(asio::query(executor, asio::execution::context));
    auto& found = pool.clients_[{settings.get(), what}];
    if (!found.client) {
        auto own = *settings;
        if (what == use::downloads)
            own.max_connections = 0;
        found.settings = settings;
        found.client = std::make_unique<client>(pool.context_, std::move(own));
    }
    return *found.client;
}

} // namespace objftpd::storage::http
