#include "server/serve.hpp"

#include "config/log.hpp"
#include "server/cli/exit_code.hpp"
#include "server/cli/first_run.hpp"
#include "server/cli/subcommands.hpp"
#include "server/gateway.hpp"
#include "storage/memory_budget.hpp"

#include <boost/asio/signal_set.hpp>

#include <malloc.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <iostream>

namespace objftpd::server {
namespace {

using asio::ip::tcp;

// A session needs up to four descriptors; the soft limit of 1024 is for programs with select().
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::string url_of(const gateway::listener& l) {
    const auto& e = l.endpoint;
    const auto host =
        e.address().is_v6() ? "[" + e.address().to_string() + "]" : e.address().to_string();
    return (l.scheme == config::listener_scheme::ftp ? "ftp://" : "ftps://") + host + ":" +
           std::to_string(e.port());
}

std::string place_of(const config::store_settings& store) {
    if (store.type == config::store_type::local)
        return std::filesystem::absolute(store.path).lexically_normal().string();
    return store.remote.endpoint.scheme + "://" + store.remote.endpoint.host;
}

void print_banner(const gateway& g, const config::settings& settings) {
    std::cout << "objftpd " OBJFTPD_VERSION " is ready.\n";
    for (const auto& l : g.listeners())
        std::cout << "  listening on  " << url_of(l) << "\n";
    const auto tls = g.tls().current();
    for (const auto& c : tls->certificates())
        std::cout << "  certificate   " << c.name()
                  << (g.tls().is_self_signed() ? ", self-signed" : "") << "\n"
                  << "                SHA-256 " << c.fingerprint() << "\n";
    for (const auto& store : settings.stores)
        std::cout << "  data          " << place_of(store) << " (store \"" << store.name << "\")\n";
    std::cout << "  log           "
              << (settings.log.file.empty() ? std::string("standard error") : settings.log.file)
              << "\n";
    if (settings.users.size() == 1)
        std::cout << "  user          " << settings.users.front().name << "\n";
    else
        std::cout << "  users         " << settings.users.size() << "\n";
    const auto& first = g.listeners().front();
    const bool implicit = first.scheme == config::listener_scheme::ftps;
    const auto user = settings.users.front().name;
    std::cout << "  try           curl --user " << user << (implicit ? "" : " --ssl-reqd")
              << (g.tls().is_self_signed() ? " --insecure" : "") << " -T FILE " << url_of(first)
              << "/\n"
              << "  FileZilla     host " << first.endpoint.address().to_string() << ", port "
              << first.endpoint.port() << ", encryption \"Require "
              << (implicit ? "implicit" : "explicit") << " FTP over TLS\", user " << user << "\n"
              << "  end it with Ctrl-C\n"
              << std::flush;
}

// glibc would take the first big block that is freed as a sign to keep all such blocks: upload
// memory and password hashes would stay with the process when they are long over. The buffers of
// every single request are smaller, and kept.
void give_big_blocks_back() {
    ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(storage::memory_budget::chunk_size));
}

} // namespace

int serve(const cli::command_line& line) {
    if (cli::is_first_run(line)) {
        const auto first = cli::make_first_configuration(cli::default_config_file);
        if (!first.problem.empty()) {
            std::cerr << "objftpd: " << first.problem << "\n";
            return cli::exit_code::cannot_create;
        }
        // Before anything else can go wrong: it is stored nowhere.
        std::cout << "Made " << cli::default_config_file << " with user " << first.user
                  << ", password " << first.password
                  << "\n(shown this once; only its hash is stored)\n"
                  << std::flush;
    }
    const auto loaded = cli::load_configuration(line);
    if (!loaded) {
        cli::print_problems(loaded.problems);
        return cli::exit_code::config;
    }
    const auto& settings = loaded.value;
    try {
        config::log::open(settings.log);
    } catch (const std::exception& e) {
        std::cerr << "objftpd: " << e.what() << "\n";
        return cli::exit_code::cannot_create;
    }
    raise_file_limit();
    give_big_blocks_back();
    // sendfile to a connection that is gone raises it; the error code is enough.
    std::signal(SIGPIPE, SIG_IGN);

    {
        gateway g(settings);
        if (const auto problem = g.open()) {
            config::log::close();
            std::cerr << "objftpd: " << *problem << "\n";
            return cli::exit_code::unavailable;
        }
        asio::signal_set signals(g.context(), SIGTERM, SIGINT, SIGHUP);
        signals.add(SIGUSR1);
        std::function<void(const error_code&, int)> on_signal = [&](const error_code& failed,
                                                                    int signal) {
            if (failed)
                return;
            if (signal == SIGHUP)
                g.reload();
            else if (signal == SIGUSR1)
                g.log_requests();
            else
                g.stop();
            signals.async_wait(on_signal);
        };
        signals.async_wait(on_signal);
        print_banner(g, settings);
        g.run();
        g.log_requests();
    }
    config::log::info("ended");
    config::log::close();
    return cli::exit_code::ok;
}

} // namespace objftpd::server
