// The server as a program, for tests in other languages and as an emulator.
#include "config/result.hpp"
#include "tests/oss_server/server.hpp"

#include <CLI/CLI.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

using namespace objftpd;

asio::ip::tcp::endpoint to_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos)
        throw std::runtime_error("--listen: ADDRESS:PORT is wanted, not " + text);
    auto address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    const auto port = std::stoul(text.substr(colon + 1));
    if (port > 65535)
        throw std::runtime_error("--listen: no such port: " + text);
    return {asio::ip::make_address(address), static_cast<unsigned short>(port)};
}

// SECURITY: what stands on a command line shows in every process list.
oss_server::http::credentials keys_in(const char* id, const char* secret, const char* token) {
    const auto variable = [](const char* name) {
        const auto* const value = std::getenv(name);
        return value == nullptr ? std::string() : std::string(value);
    };
    oss_server::http::credentials keys;
    keys.key_id = variable(id);
    keys.secret = variable(secret);
    keys.session_token = variable(token);
    if (keys.key_id.empty() || keys.secret.empty())
        throw std::runtime_error("the environment holds no " + std::string(id) + " and " + secret);
    return keys;
}

} // namespace

int main(int argc, char** argv) {
    oss_server::server_settings settings;
    std::string listen = "127.0.0.1:0";
    long restore_seconds = 0;

    CLI::App app("A server that speaks Alibaba Cloud OSS's API, over a folder. Its keys come from "
                 "OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and, if they are temporary, "
                 "OSS_SESSION_TOKEN; more temporary ones from OSS_STS_ID, OSS_STS_SECRET and "
                 "OSS_STS_TOKEN.");
    app.add_option("--listen", listen, "ADDRESS:PORT; port 0 is any")->capture_default_str();
    app.add_option("--data", settings.data, "The folder for everything")->required();
    app.add_option("--region", settings.region)->capture_default_str();
    app.add_option("--base-host", settings.base_hosts, "BUCKET.NAME is a bucket (repeatable)");
    app.add_option("--threads", settings.threads)->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--log", settings.log_file, "A line for each request; - is standard output");
    app.add_option("--restore-seconds", restore_seconds,
                   "How long an archived object takes to come back");
    app.add_flag("--durable", settings.durable, "Say success only for what is on the disk");
    CLI11_PARSE(app, argc, argv);

    try {
        settings.listen = to_endpoint(listen);
        settings.restore_time = std::chrono::seconds(restore_seconds);
        settings.accounts.emplace_back(
            keys_in("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"));
        if (std::getenv("OSS_STS_ID") != nullptr)
            settings.accounts.emplace_back(
                keys_in("OSS_STS_ID", "OSS_STS_SECRET", "OSS_STS_TOKEN"));
        asio::io_context signals_context(1);
        asio::signal_set signals(signals_context, SIGTERM, SIGINT);
        oss_server::server server(settings, oss_server::request_log::memory::not_kept);
        std::cout << "listening on " << server.url() << std::endl;
        signals.async_wait([](error_code, int) {});
        signals_context.run();
        server.stop();
    } catch (const std::exception& e) {
        std::cerr << "oss_server: " << e.what() << "\n";
        return 1;
    }
    return 0;
}
