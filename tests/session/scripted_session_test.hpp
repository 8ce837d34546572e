#pragma once

#include "server/io_thread.hpp"
#include "storage/open_adapter.hpp"
#include "tests/session/scripted_store.hpp"
#include "tests/session/session_test.hpp"

#include <fcntl.h>

namespace objftpd::tests {

/// Sessions on one I/O thread, as the gateway has them, over a store that follows a script.
class scripted_session_test {
public:
    scripted_session_test() {
        static const test_process process;
        REQUIRE(registry_.open(settings.stores[0]));
        auto bucket = registry_.bucket("main", "files");
        REQUIRE(bucket);
        storage::mount root;
        root.store = std::make_shared<scripted_store>(std::move(*bucket), store);
        std::vector<storage::mount> mounts{std::move(root)};
        REQUIRE_FALSE(services_.tls.open());
        services_.files["alice"] =
            std::make_shared<const storage::virtual_filesystem>(std::move(mounts));
        drop_in("f", "old content");
    }
    ~scripted_session_test() {
        wait_until_all_have_left();
        thread_.stop();
        disk_.join();
        hashing_.join();
    }

    ftp_client login() {
        ftp_client client(listening_.local(), "", protection_);
        auto accepted = listening_.accept();
        const auto local = accepted.local();
        const auto peer = accepted.peer();
        const int fd = accepted.release();
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
        std::unique_ptr<server::session_limits::place> place;
        services_.limits.enter(peer.address(), place);
        const auto scheme = protection_ == protection::implicit_tls ? config::listener_scheme::ftps
                                                                    : config::listener_scheme::ftp;
        server::accepted_connection from{fd, local, peer, settings.listeners[0], scheme};
        thread_.adopt(std::make_shared<server::session>(
            services_, thread_.context(), std::move(from), std::move(place), ++sessions_));
        REQUIRE(client.hears() == "220 Ready.");
        if (protection_ == protection::explicit_tls)
            client.secures();
        client.expects("USER alice", 331);
        client.expects("PASS secret", 230);
        client.expects("TYPE I", 200);
        return client;
    }

    /// Until every session is over, and with it all that it has left to do.
    void wait_until_all_have_left() {
        while (services_.limits.sessions() > 0)
            std::this_thread::yield();
    }

    void drop_in(const std::string& name, const std::string& content) const {
        const auto path = folder_.path() / "files" / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
    }
    std::string content(const std::string& name) const {
        return content_of(folder_.path() / "files" / name);
    }

    void move(const std::string& from, const std::string& to) const {
        std::filesystem::rename(folder_.path() / "files" / from, folder_.path() / "files" / to);
    }

    script store;

private:
    temporary_folder folder_;
    protection protection_ =
        GENERATE(protection::plain, protection::explicit_tls, protection::implicit_tls);

public:
    config::settings settings = small_server(folder_.path()); // time limits can be changed

private:
    worker_pool disk_{2};
    worker_pool hashing_{1};
    storage::adapter_registry registry_{disk_};
    server::services services_{settings, hashing_};
    server::io_thread thread_;
    tcp_socket listening_ = tcp_socket::listen({boost::asio::ip::make_address("127.0.0.1"), 0});
    std::uint64_t sessions_ = 0;
};

} // namespace objftpd::tests
