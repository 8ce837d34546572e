#include "storage/http/client.hpp"
#include "storage/http/curl_error.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/tcp_socket.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using namespace std::chrono_literals;

namespace http = storage::http;

namespace {

/// Takes some megabytes of a request in a second, all the time, and answers when it has had enough
/// of that: then it takes the rest at once.
class slow_taker {
public:
    slow_taker() : listener_(tcp_socket::listen({asio::ip::address_v4::loopback(), 0})) {
        thread_ = std::thread([this] { take(); });
    }
    ~slow_taker() { thread_.join(); }

    std::string host() const { return "127.0.0.1:" + std::to_string(listener_.local().port()); }

    static constexpr std::size_t in_a_second = 2 << 20;
    static constexpr auto patience = 10s;

private:
    void take() {
        try {
            auto connection = listener_.accept();
            const auto end = std::chrono::steady_clock::now() + patience;
            connection.receive();
            connection.send("HTTP/1.1 100 Continue\r\n\r\n");
            for (std::size_t taken = 0; taken < size;) {
                const auto piece = connection.receive(in_a_second / 20);
                if (piece.empty())
                    return; // it was given up
                taken += piece.size();
                if (std::chrono::steady_clock::now() < end)
                    std::this_thread::sleep_for(50ms); // the speed is what is tested
            }
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        } catch (const std::runtime_error&) {
            // it was given up
        }
    }

    tcp_socket listener_;
    std::thread thread_;

public:
    static constexpr std::size_t size = 64 << 20;
};

} // namespace

TEST_CASE("a request whose content goes out too slowly is given up, and only then") {
    const auto [lowest, is_given_up] =
        GENERATE(table<std::size_t, bool>({{12 << 20, true}, {1 << 10, false}}));
    event_loop loop;
    slow_taker store;
    http::client client(loop.context(), http::client_settings());
    http::time_limits limits;
    limits.stall = 2s;
    limits.lowest_speed = lowest;
    const std::string content(slow_taker::size, 'x');
    const auto put = [&]() -> awaitable<error_code> {
        http::request r;
        r.method = "PUT";
        r.scheme = "http";
        r.host = store.host();
        r.path = "/b/k";
        http::request_body body{content};
        auto x = co_await client.send(std::move(r), std::move(body), std::stop_token(), limits);
        co_return x ? error_code() : x.error();
    };
    const auto failed = loop.run(put());
    if (is_given_up)
        CHECK(failed == http::curl_error(CURLE_OPERATION_TIMEDOUT));
    else
        CHECK_FALSE(failed);
}
