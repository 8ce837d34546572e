#include "server/gateway.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "server/keep_alive.hpp"
#include "server/protocol/address.hpp"
#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace objftpd::server {
namespace {

using asio::ip::tcp;

constexpr auto poll_interval = std::chrono::milliseconds(10);
// What aborted sessions get to clean up before the process ends.
constexpr auto abort_time = std::chrono::seconds(5);

unsigned io_thread_count(unsigned configured) {
    return configured != 0 ? configured : std::max(1u, std::thread::hardware_concurrency());
}

void refuse(int socket, std::string_view why) {
    const auto line = "421 " + std::string(why) + "\r\n";
    static_cast<void>(::send(socket, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    ::close(socket);
}

std::string_view text_of(session_limits::verdict verdict) {
    switch (verdict) {
    case session_limits::verdict::too_many_from_address:
        return "Too many connections from your address.";
    case session_limits::verdict::too_many_unauthenticated:
        return "Too many logins under way, please try again.";
    default:
        return "Too many connections, please try again later.";
    }
}

std::string_view option_of(session_limits::verdict verdict) {
    switch (verdict) {
    case session_limits::verdict::too_many_from_address:
        return "server.max_sessions_per_address";
    case session_limits::verdict::too_many_unauthenticated:
        return "server.max_unauthenticated";
    default:
        return "server.max_sessions";
    }
}

std::string journal_folder(const config::settings& s) {
    return s.state_directory.empty() ? std::string() : s.state_directory + "/renames";
}

} // namespace

gateway::gateway(const config::settings& settings)
    : settings_(settings), main_(1), disk_(settings.server.disk_threads),
      hashing_(settings.server.hash_threads),
      adapters_(disk_, settings.server.upload_memory, journal_folder(settings)),
      shared_(settings, hashing_), janitor_(settings.server) {}

gateway::~gateway() {
    // Work on the pools comes back to the I/O threads' loops: these must outlive it.
    for (const auto& thread : threads_)
        thread->stop();
    disk_.join();
    hashing_.join();
}

std::optional<std::string> gateway::open() {
    if (!settings_.state_directory.empty())
        if (auto problem = state_.open(settings_.state_directory))
            return problem;
    if (auto problem = open_stores())
        return problem;
    if (auto problem = open_users())
        return problem;
    if (auto problem = shared_.tls.open())
        return problem;
    for (const auto& settings : settings_.listeners)
        for (const auto& where : settings.addresses)
            if (auto problem = listen(settings, where))
                return problem;
    for (unsigned i = 0; i < io_thread_count(settings_.server.io_threads); ++i)
        threads_.push_back(std::make_unique<io_thread>());
    adapters_.recover_on(threads_.front()->context().get_executor());
    asio::co_spawn(threads_.front()->context(), janitor_.run(), asio::detached);
    return {};
}

std::optional<std::string> gateway::open_stores() {
    for (const auto& store : settings_.stores) {
        const auto opened = adapters_.open(store);
        if (!opened)
            return "cannot open store \"" + store.name + "\" in " + store.path + ": " +
                   opened.error().message();
    }
    return {};
}

std::optional<std::string> gateway::open_users() {
    for (const auto& user : settings_.users) {
        std::vector<storage::mount> mounts;
        for (const auto& wanted : user.mounts) {
            auto bucket = adapters_.bucket(wanted.store, wanted.bucket, wanted);
            const auto label = wanted.store + "/" + wanted.bucket;
            if (!bucket && bucket.error() == storage::errc::unsupported)
                return "bucket " + label +
                       " lies on another file system than its store; mount "
                       "the file system at the store's path instead";
            if (!bucket)
                return "cannot open bucket " + label + ": " + bucket.error().message();
            const auto path = storage::virtual_path::resolve(storage::virtual_path(), wanted.path);
            if (!path)
                return "user \"" + user.name + "\": mount path " + wanted.path + " is not valid";
            storage::mount m;
            m.path = *path;
            m.store = std::move(*bucket);
            m.prefix = wanted.prefix;
            m.read_only = wanted.read_only;
            m.bucket = label;
            if (!m.read_only)
                janitor_.look_after(label, m.store, m.prefix, user.name);
            mounts.push_back(std::move(m));
        }
        const bool resumes = user.on_interrupt == config::interrupted_upload::resume;
        shared_.files[user.name] = std::make_shared<const storage::virtual_filesystem>(
            std::move(mounts), resumes ? user.name : std::string());
    }
    return {};
}

std::optional<std::string> gateway::listen(const config::listener_settings& settings,
                                           const config::listener_address& where) {
    error_code failed;
    const auto address = asio::ip::make_address(where.host, failed);
    const tcp::endpoint endpoint(address, where.port);
    tcp::acceptor acceptor(main_);
    if (!failed)
        acceptor.open(endpoint.protocol(), failed);
    if (!failed)
        acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    // "::" must not take 0.0.0.0 as well: each listener is configured by itself.
    if (!failed && address.is_v6())
        acceptor.set_option(asio::ip::v6_only(true), failed);
    if (!failed)
        acceptor.bind(endpoint, failed);
    if (!failed)
        acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (!failed)
        acceptor.non_blocking(true, failed);
    if (failed)
        return "cannot listen on " + where.host + " port " + std::to_string(where.port) + ": " +
               failed.message();
    const auto bound = acceptor.local_endpoint();
    listeners_.push_back({std::move(acceptor), bound, where.scheme, settings});
    return {};
}

void gateway::run() {
    asio::co_spawn(main_, tend_ports(), asio::detached);
    asio::co_spawn(main_, tend_certificates(), asio::detached);
    for (auto& l : listeners_)
        asio::co_spawn(main_, accept(l), asio::detached);
    main_.run();
}

awaitable<void> gateway::accept(listener& from) {
    auto& acceptor = from.acceptor;
    for (;;) {
        const auto [failed] = co_await acceptor.async_wait(tcp::acceptor::wait_read, as_tuple);
        if (failed) // closed by stop()
            co_return;
        tcp::endpoint peer;
        auto length = static_cast<socklen_t>(peer.capacity());
        const int fd =
            ::accept4(acceptor.native_handle(), peer.data(), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            peer.resize(length);
            admit(from, fd, peer);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            config::log::error("cannot accept a connection; raise the limit of open files",
                               {{"error", std::generic_category().message(errno)}});
            co_await sleep_for(std::chrono::milliseconds(100));
        }
    }
}

awaitable<void> gateway::tend_ports() {
    for (;;) {
        co_await sleep_for(std::chrono::seconds(1));
        shared_.ports.close_idle(port_pool::clock::now());
    }
}

awaitable<void> gateway::tend_certificates() {
    const auto configured = settings_.tls.reload_interval;
    const auto interval = configured.count() > 0 ? configured : std::chrono::seconds(3600);
    for (;;) {
        auto work = [this] {
            shared_.tls.tend(tls_service::clock::now());
            return error_code();
        };
        co_await offload(disk_, work);
        co_await sleep_for(interval);
    }
}

void gateway::reload() {
    disk_.post([this] { shared_.tls.reload(); });
}

void gateway::admit(const listener& from, int socket, const tcp::endpoint& peer) {
    std::unique_ptr<session_limits::place> place;
    const auto verdict = shared_.limits.enter(unmapped(peer.address()), place);
    if (verdict != session_limits::verdict::admitted) {
        config::log::warning("connection refused",
                             {{"peer", peer.address().to_string()}, {"limit", option_of(verdict)}});
        if (from.scheme == config::listener_scheme::ftp)
            refuse(socket, text_of(verdict));
        else
            ::close(socket);
        return;
    }
    // Small replies must not wait for the client's acknowledgements.
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    // Telnet's Synch before ABOR comes as urgent data; it must stay in its place in the stream.
    ::setsockopt(socket, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
    keep_alive(socket);
    tcp::endpoint local;
    auto length = static_cast<socklen_t>(local.capacity());
    ::getsockname(socket, local.data(), &length);
    local.resize(length);

    const auto id = next_session_++;
    config::log::info("session begins",
                      {{"session", id}, {"peer", unmapped(peer.address()).to_string()}});
    auto& thread = *threads_[id % threads_.size()];
    accepted_connection connection{socket, local, peer, from.settings, from.scheme};
    thread.adopt(std::make_shared<session>(shared_, thread.context(), std::move(connection),
                                           std::move(place), id));
}

void gateway::stop() {
    if (draining_) {
        config::log::warning("ending now");
        main_.stop();
        return;
    }
    draining_ = true;
    error_code ignored;
    for (auto& l : listeners_)
        l.acceptor.close(ignored);
    asio::co_spawn(main_, drain(), asio::detached);
}

bool gateway::is_busy() const {
    return shared_.limits.sessions() > 0 || shared_.unattended.count() > 0;
}

awaitable<void> gateway::drain() {
    config::log::info("draining", {{"sessions", shared_.limits.sessions()}});
    for (const auto& thread : threads_)
        thread->drain();
    const auto begin = std::chrono::steady_clock::now();
    while (is_busy() && std::chrono::steady_clock::now() - begin < settings_.server.drain_timeout)
        co_await sleep_for(poll_interval);
    if (is_busy()) {
        config::log::warning("aborting what did not finish within server.drain_timeout",
                             {{"sessions", shared_.limits.sessions()},
                              {"left_to_themselves", shared_.unattended.count()}});
        for (const auto& thread : threads_)
            thread->kill();
        const auto aborted = std::chrono::steady_clock::now();
        while (shared_.limits.sessions() > 0 &&
               std::chrono::steady_clock::now() - aborted < abort_time)
            co_await sleep_for(poll_interval);
    }
    main_.stop();
}

} // namespace objftpd::server
