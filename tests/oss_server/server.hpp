#pragma once

#include "tests/oss_server/request_log.hpp"
#include "tests/oss_server/settings.hpp"

#include <memory>
#include <string>
#include <vector>

namespace objftpd::oss_server {

/// A running server with threads of its own. It serves from the end of the constructor to stop()
/// or the destructor. All methods may be called from any thread but the server's own.
class server {
public:
    /// Opens the data folder and listens. Throws std::exception when one of them does not work.
    server(const server_settings& settings, request_log::memory keep);
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    ~server();

    /// Where it listens, with the port that the system chose: "127.0.0.1:40123".
    std::string host() const;

    /// "http://127.0.0.1:40123"
    std::string url() const { return "http://" + host(); }

    /// What was answered so far, if the server keeps it.
    std::vector<logged_request> requests() const;
    void forget_requests();

    /// Who may sign from now on: expired and renewed credentials.
    void set_accounts(std::vector<account> accounts);

    /// Sets the server's clock apart from the machine's.
    void set_clock_offset(std::chrono::seconds offset);

    /// Breaks all connections and waits for what is being done on the store. What was answered
    /// with success stays.
    void stop();

private:
    class engine;
    std::unique_ptr<engine> engine_;
};

} // namespace objftpd::oss_server
