#pragma once

#include "config/log.hpp"
#include "config/password_hash.hpp"
#include "server/gateway.hpp"
#include "tests/session/ftp_client.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <thread>

namespace objftpd::tests {

using namespace std::chrono_literals;

/// Settings of a small server on a loopback address with one store and the user "alice".
inline config::settings small_server(const std::filesystem::path& store) {
    static const auto hash =
        config::hash_password("secret", {.memory_kib = 8, .passes = 1, .lanes = 1});
    config::settings s;
    s.listeners.resize(1);
    s.listeners[0].addresses = {{config::listener_scheme::ftp, "127.0.0.1", 0}};
    s.tls.ciphers = "intermediate";
    s.tls.ciphersuites = "TLS_AES_128_GCM_SHA256";
    s.tls.handshake_timeout = 20s;
    s.tls.max_handshakes_per_address = 100;
    s.server.greeting = "Ready.";
    s.server.io_threads = 2;
    s.server.disk_threads = 2;
    s.server.hash_threads = 1;
    s.server.max_sessions = 100;
    s.server.max_sessions_per_address = 100;
    s.server.max_unauthenticated = 100;
    s.server.max_command_length = 4096;
    s.server.max_pending_commands = 32;
    s.server.max_login_attempts = 3;
    s.server.max_login_failures_per_address = 20;
    s.server.login_failure_window = 600s;
    s.server.login_ban = 600s;
    s.server.login_failure_delay = 0ms;
    s.server.login_timeout = 60s;
    s.server.idle_timeout = 300s;
    s.server.passive_timeout = 30s;
    s.server.active_timeout = 30s;
    s.server.stall_timeout = 120s;
    s.server.finalize_timeout = 50s;
    s.server.drain_timeout = 10s;
    s.stores.resize(1);
    s.stores[0].name = "main";
    s.stores[0].path = store.string();
    s.stores[0].durability = config::durability::none;
    config::user_settings alice;
    alice.name = "alice";
    alice.password_hash = hash;
    alice.home = "/";
    alice.mounts = {{"/", "main", "files", "", false}};
    s.users = {alice};
    return s;
}

/// What the process around a server sees to, and no log lines among the results of the tests.
class test_process {
public:
    test_process() {
        std::signal(SIGPIPE, SIG_IGN);
        config::log_settings off;
        off.level = config::log_level::off;
        config::log::open(off);
    }
    ~test_process() { config::log::close(); }
};

/// Base of the session tests: a server of its own for each, which begins with the first client
/// and the settings as the test has made them by then. Each test runs for every protection.
class session_test {
public:
    session_test()
        : session_test(
              GENERATE(protection::plain, protection::explicit_tls, protection::implicit_tls)) {}
    explicit session_test(protection wanted)
        : protection_(wanted), settings(small_server(folder_.path())) {
        static const test_process process;
        settings.listeners[0].addresses[0].scheme = scheme();
        if (wanted == protection::implicit_tls)
            offer.highest = TLS1_2_VERSION;
    }
    ~session_test() {
        if (gateway_) {
            stop();
            wait_for_end();
        }
    }

    /// Begins the server, if a test needs it before its first client.
    void start() {
        if (gateway_)
            return;
        gateway_.emplace(settings);
        const auto problem = gateway_->open();
        INFO(problem.value_or(""));
        REQUIRE_FALSE(problem);
        thread_ = std::thread([this] { gateway_->run(); });
    }

    /// Asks the server to end; a second call ends it now.
    void stop() {
        asio::post(gateway_->context(), [this] { gateway_->stop(); });
    }
    void wait_for_end() {
        if (thread_.joinable())
            thread_.join();
    }

    /// Has the server take new certificates. REQUIRES: they are good.
    void reload() {
        const auto before = gateway_->tls().current();
        asio::post(gateway_->context(), [this] { gateway_->reload(); });
        while (gateway_->tls().current() == before)
            std::this_thread::yield();
    }

    ftp_client connect(const std::string& from = "127.0.0.1", std::size_t listener = 0) {
        start();
        return {gateway_->listeners()[listener].endpoint, from, protection_, offer};
    }

    /// Where the first listener is, once the server has begun.
    std::uint16_t port() const { return gateway_->listeners().front().endpoint.port(); }

    /// A connection that has heard the greeting and is protected.
    ftp_client greeted(const std::string& from = "127.0.0.1", std::size_t listener = 0) {
        auto client = connect(from, listener);
        REQUIRE(client.hears() == "220 Ready.");
        if (protection_ == protection::explicit_tls)
            client.secures();
        return client;
    }

    /// A session that has logged in and uses TYPE I.
    ftp_client login(const std::string& user = "alice", const std::string& from = "127.0.0.1",
                     std::size_t listener = 0) {
        auto client = greeted(from, listener);
        client.expects("USER " + user, 331);
        client.expects("PASS secret", 230);
        client.code("TYPE I"); // refused where there is no other type anyway
        return client;
    }

    /// Another user like alice, also with the password "secret".
    config::user_settings& add_user(const std::string& name) {
        auto another = settings.users.front();
        another.name = name;
        return settings.users.emplace_back(std::move(another));
    }
    config::user_settings& alice() { return settings.users.front(); }
    config::listener_settings& listener() { return settings.listeners.front(); }
    config::listener_scheme scheme() const {
        return protection_ == protection::implicit_tls ? config::listener_scheme::ftps
                                                       : config::listener_scheme::ftp;
    }
    bool is_encrypted() const { return protection_ != protection::plain; }
    void take_right_from_alice(config::right r) {
        alice().rights &= ~static_cast<config::rights>(r);
    }

    /// The files of the bucket, past the server.
    std::filesystem::path file(const std::string& name) const {
        return folder_.path() / "files" / name;
    }
    std::string content(const std::string& name) const { return content_of(file(name)); }
    bool exists(const std::string& name) const { return std::filesystem::exists(file(name)); }
    void drop_in(const std::string& name, const std::string& content) const {
        std::filesystem::create_directories(file(name).parent_path());
        std::ofstream(file(name), std::ios::binary) << content;
    }
    void make_folder(const std::string& name) const {
        std::filesystem::create_directories(file(name));
    }

    /// Files of uploads that have not been published.
    std::size_t leftovers() const {
        std::size_t files = 0;
        for (const auto& e :
             std::filesystem::recursive_directory_iterator(folder_.path() / ".objftpd"))
            files += e.is_regular_file() && e.path().extension() != ".lock" ? 1 : 0;
        return files;
    }

private:
    temporary_folder folder_;
    protection protection_;

public:
    config::settings settings;
    tls_offer offer; // of the clients

private:
    std::optional<server::gateway> gateway_;
    std::thread thread_;
};

/// For what has to do with TCP alone.
class plain_session_test : public session_test {
public:
    plain_session_test() : session_test(protection::plain) {}
};

/// A session whose transfer is under way: the control connection, and the data connection after
/// the first bytes have gone through it.
struct running_transfer {
    ftp_client control;
    data_connection data;
};

/// An upload that has sent some bytes.
inline running_transfer begin_upload(ftp_client control, const std::string& path,
                                     const std::string& bytes = "part of the new content") {
    auto data = control.opens_data();
    control.expects("STOR " + path, 150);
    data.sends(bytes);
    return {std::move(control), std::move(data)};
}

/// A download of `path`, which must not fit into the buffers on the way, that has received some.
inline running_transfer begin_download(ftp_client control, const std::string& path) {
    auto data = control.opens_data();
    control.expects("RETR " + path, 150);
    data.receives_some(1);
    return {std::move(control), std::move(data)};
}

/// More than sockets hold.
inline std::string too_much_to_buffer() {
    return std::string(32 << 20, 'x');
}

} // namespace objftpd::tests
