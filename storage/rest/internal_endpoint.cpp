#include "storage/rest/internal_endpoint.hpp"

#include "config/log.hpp"
#include "storage/http/client_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

namespace objftpd::storage::rest {
namespace {

std::shared_ptr<const http::client_settings> impatient(http::client_settings s,
                                                       std::chrono::seconds patience) {
    s.connect_timeout = patience;
    s.stall_timeout = patience;
    s.total_timeout = 2 * patience;
    s.max_connections = 1;
    s.kept_connections = 0;
    return std::make_shared<const http::client_settings>(std::move(s));
}

} // namespace

internal_endpoint::internal_endpoint(settings s, const http::client_settings& way)
    : settings_(std::move(s)), way_(impatient(way, settings_.patience)) {}

std::string internal_endpoint::nearest(const std::string& host) const {
    if (host != settings_.outside)
        return host;
    const std::lock_guard lock(mutex_);
    return reached_ ? settings_.inside : host;
}

void internal_endpoint::look_for_it(const asio::any_io_executor& executor) {
    {
        const std::lock_guard lock(mutex_);
        if (reached_ || looking_ || settings_.now() < next_look_)
            return;
        looking_ = true;
    }
    const auto self = shared_from_this();
    asio::co_spawn(
        executor, [self]() { return self->look(); }, asio::detached);
}

awaitable<void> internal_endpoint::look() {
    const auto self = shared_from_this();
    try {
        const bool reached = co_await answers();
        set(reached);
    } catch (const std::exception&) { // no memory
        set(false);
    }
}

// Any answer of the store's own: without credentials it can only be a refusal.
awaitable<bool> internal_endpoint::answers() const {
    http::request r;
    r.method = "GET";
    r.scheme = settings_.scheme;
    r.host = settings_.inside;
    r.path = "/";
    const auto executor = co_await asio::this_coro::executor;
    auto& client = http::client_pool::find(executor, way_);
    const http::request_body nothing;
    const auto sent = co_await client.send(std::move(r), nothing);
    if (!sent)
        co_return false;
    co_return http::find((*sent)->head().headers, "x-oss-request-id") != nullptr;
}

void internal_endpoint::set(bool reached) {
    {
        const std::lock_guard lock(mutex_);
        looking_ = false;
        reached_ = reached;
        next_look_ = settings_.now() + settings_.pause;
    }
    if (reached)
        config::log::info("requests take the internal endpoint",
                          {{"store", settings_.store}, {"endpoint", settings_.inside}});
    else
        config::log::debug("the internal endpoint is not reached from here",
                           {{"store", settings_.store}, {"endpoint", settings_.inside}});
}

void internal_endpoint::failed(const std::string& host) {
    if (host != settings_.inside)
        return;
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(reached_, false))
            return;
        next_look_ = settings_.now() + settings_.pause;
    }
    config::log::warning("the internal endpoint is not reached any more; requests take the public "
                         "one",
                         {{"store", settings_.store}, {"endpoint", settings_.inside}});
}

} // namespace objftpd::storage::rest
