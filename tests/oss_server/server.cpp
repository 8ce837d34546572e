#include "tests/oss_server/server.hpp"

#include "config/async.hpp"
#include "config/worker_pool.hpp"
#include "storage/open_adapter.hpp"
#include "tests/oss_server/http_session.hpp"
#include "tests/oss_server/service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

namespace objftpd::oss_server {
namespace {

constexpr unsigned disk_threads = 4;

/// The embedded store that everything lies in.
class embedded_store {
public:
    embedded_store(worker_pool& disk, const server_settings& settings) : registry_(disk) {
        config::store_settings store;
        store.name = name;
        store.path = settings.data;
        store.durability = settings.durable ? config::durability::fsync : config::durability::none;
        check(registry_.open(store));
    }

    std::shared_ptr<storage::adapter> bucket(const std::string& bucket_name) {
        auto opened = registry_.bucket(name, bucket_name);
        check(opened);
        return *opened;
    }

private:
    static constexpr const char* name = "data";

    template <class T>
    static void check(const result<T>& r) {
        if (!r)
            throw std::runtime_error("cannot open the data folder: " + r.error().message());
    }

    storage::adapter_registry registry_;
};

} // namespace

/// The parts of a server, in an order in which they can be destroyed: coroutines refer to the
/// service, disk threads to the coroutines.
class server::engine {
public:
    engine(const server_settings& settings, request_log::memory keep)
        : log_(settings.log_file, keep), disk_(disk_threads), store_(disk_, settings),
          context_(static_cast<int>(settings.threads)),
          service_(settings, context_.get_executor(), store_.bucket("blobs"),
                   store_.bucket("records")),
          acceptor_(asio::make_strand(context_)) {
        load();
        acceptor_.open(settings.listen.protocol());
        acceptor_.set_option(asio::ip::tcp::acceptor::reuse_address(true));
        acceptor_.bind(settings.listen);
        acceptor_.listen();
        local_ = acceptor_.local_endpoint();
        asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
        for (unsigned i = 0; i < std::max(settings.threads, 1U); ++i)
            threads_.emplace_back([this] { context_.run(); });
    }

    ~engine() { stop(); }

    void stop() {
        asio::post(acceptor_.get_executor(), [this] {
            error_code ignored;
            acceptor_.close(ignored);
        });
        {
            const std::lock_guard guarded(mutex_);
            stopping_ = true;
            for (const auto& session : sessions_)
                session->close();
        }
        // Every coroutine comes to its end, as its connection is gone.
        for (auto& t : threads_)
            if (t.joinable())
                t.join();
        service_.blobs.close();
        disk_.join();
    }

    asio::ip::tcp::endpoint local() const { return local_; }
    request_log& log() { return log_; }
    service& what() { return service_; }

private:
    void load() {
        auto loaded = asio::co_spawn(context_, service_.records.load(), asio::use_future);
        context_.run();
        context_.restart();
        loaded.get();
    }

    awaitable<void> accept() {
        for (;;) {
            auto strand = asio::make_strand(context_);
            auto [failed, socket] = co_await acceptor_.async_accept(strand, as_tuple);
            if (!acceptor_.is_open())
                co_return;
            if (!failed)
                start(std::move(socket));
            else if (failed != asio::error::connection_aborted) // out of descriptors: some will end
                co_await sleep_for(std::chrono::milliseconds(10));
        }
    }

    template <class Socket>
    void start(Socket socket) {
        const auto session = std::make_shared<http_session>(
            service_, log_, asio::ip::tcp::socket(std::move(socket)));
        const std::lock_guard guarded(mutex_);
        if (stopping_)
            return;
        sessions_.insert(session);
        asio::co_spawn(session->executor(), serve(session), asio::detached);
    }

    awaitable<void> serve(std::shared_ptr<http_session> session) {
        co_await session->run();
        const std::lock_guard guarded(mutex_);
        sessions_.erase(session);
    }

    request_log log_;
    worker_pool disk_;
    embedded_store store_;
    asio::io_context context_;
    service service_;
    asio::ip::tcp::acceptor acceptor_;
    asio::ip::tcp::endpoint local_;
    std::mutex mutex_;
    bool stopping_ = false;                            // guarded by mutex_
    std::set<std::shared_ptr<http_session>> sessions_; // guarded by mutex_
    std::vector<std::thread> threads_;
};

server::server(const server_settings& settings, request_log::memory keep)
    : engine_(std::make_unique<engine>(settings, keep)) {}

server::~server() = default;

std::string server::host() const {
    const auto at = engine_->local();
    const auto address = at.address().to_string();
    return (at.address().is_v6() ? '[' + address + ']' : address) + ':' + std::to_string(at.port());
}

std::vector<logged_request> server::requests() const {
    return engine_->log().requests();
}

void server::forget_requests() {
    engine_->log().clear();
}

void server::set_accounts(std::vector<account> accounts) {
    engine_->what().set_accounts(std::move(accounts));
}

void server::set_clock_offset(std::chrono::seconds offset) {
    engine_->what().clock_offset = offset.count();
}

void server::stop() {
    engine_->stop();
}

} // namespace objftpd::oss_server
