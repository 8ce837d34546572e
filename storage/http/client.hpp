#pragma once

#include "storage/http/exchange.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <chrono>
#include <map>
#include <optional>

namespace objftpd::storage::http {

/// How a store is reached, and what it is given time for.
struct client_settings {
    std::chrono::milliseconds connect_timeout{5000};
    std::chrono::milliseconds queue_timeout{60'000}; // while all connections are busy
    std::chrono::seconds stall_timeout{60};          // without a byte in either direction
    std::size_t lowest_speed = 0;                    // of uploads, bytes in a second; 0: any
    std::chrono::seconds total_timeout{0};           // 0: none
    long max_connections = 64;                       // to one host; 0: any number
    long kept_connections = 64;                      // idle ones
    std::string ca_file;                             // instead of the system's authorities
    std::string ca_folder;                           // the same; both may be set
    std::string proxy;                               // "http://...", "socks5h://..."; empty: none
    std::string bind_address;                        // an own IP address or interface; empty: any
};

/// Sends requests and keeps connections: libcurl's multi interface in the event loop of one I/O
/// thread, on which all calls must be made. Nothing blocks, nothing is redirected, and no body is
/// ever held as a whole.
class client {
public:
    client(asio::io_context& context, client_settings settings);
    client(client&&) = delete;
    /// REQUIRES: no exchange is left.
    ~client();

    /// Sends a request with its body and comes back with the answer's head. A status that is no
    /// success is no error here. `body` must live as long as the exchange; a stop that is requested
    /// on this thread ends it with asio::error::operation_aborted, and so does cancelling the
    /// coroutine that waits for the head. CURLE_NO_CONNECTION_AVAILABLE if all connections stay
    /// busy for too long, CURLE_BAD_FUNCTION_ARGUMENT if the request is not well-formed.
    /// `patience`: instead of the settings' time limits. `was_sent`, unless null, is told of a
    /// failure whether anything of the request may have arrived.
    awaitable<result<std::unique_ptr<exchange>>> send(request r, request_body body,
                                                      std::stop_token stop = {},
                                                      std::optional<time_limits> patience = {},
                                                      bool* was_sent = nullptr);

private:
    friend class exchange;
    friend struct client_callbacks; // what libcurl calls

    struct watched {
        explicit watched(asio::io_context& context, curl_socket_t s) : descriptor(context, s) {}
        asio::posix::stream_descriptor descriptor;
        int wanted = 0; // CURL_POLL_...
        bool reading = false;
        bool writing = false;
    };

    static bool has_answered(CURL* easy);
    void change_watch(curl_socket_t socket, int wanted);
    void watch(const std::shared_ptr<watched>& socket);
    void act(curl_socket_t socket, int event);
    void collect_finished();
    void forget(curl_socket_t socket);
    void go_on();
    CURLcode unpause(CURL* easy);
    void set_timer(long milliseconds);
    void arm_timer();
    void count(int more);

    asio::io_context& context_;
    const client_settings settings_;
    CURLM* multi_;
    long exchanges_ = 0;
    asio::steady_timer timer_;
    std::optional<std::chrono::steady_clock::time_point> armed_; // when it fires
    std::chrono::steady_clock::time_point deadline_;             // that libcurl wants; max: none
    bool acting_ = false;                                        // the timer is set afterwards
    std::map<curl_socket_t, std::shared_ptr<watched>> sockets_;
    std::shared_ptr<client*> alive_; // handlers that come too late find null
};

} // namespace objftpd::storage::http
