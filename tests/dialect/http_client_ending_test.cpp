#include "storage/http/client_pool.hpp"
#include "storage/http/curl_error.hpp"
#include "tests/dialect/http_client_under_test.hpp"
#include "tests/dialect/name_resolver.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include <catch2/catch.hpp>

#include <latch>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;

namespace {

const std::string half = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";

/// Ends a request as soon as the store has been asked, by the means under test.
class http_ending_test : protected http_client_test {
protected:
    /// The store sends these bytes, then nothing more.
    void store_stalls_after(const std::string& bytes) {
        server.then([this, bytes](tcp_socket& s) {
            s.send(bytes);
            asio::post(loop.context(), [this] {
                if (on_stall)
                    on_stall();
            });
            s.wait_for_end();
            return false;
        });
    }

    // Runs `work` until it ends or is cancelled.
    void run_cancellable(awaitable<void> work) {
        std::exception_ptr thrown;
        const auto done = [&](std::exception_ptr e) { thrown = e; };
        asio::co_spawn(loop.context(), std::move(work),
                       asio::bind_cancellation_slot(cancelling.slot(), done));
        loop.context().restart();
        loop.context().run();
        CHECK(thrown == nullptr);
    }

    void cancel() { cancelling.emit(asio::cancellation_type::terminal); }

    // What the wait for the head, or for the second half of the body, comes back with.
    awaitable<void> read_half(std::stop_token stop) {
        auto r = make("GET");
        http::request_body none;
        auto x = co_await client->send(std::move(r), std::move(none), std::move(stop));
        if (!x) {
            failed = x.error();
            co_return;
        }
        std::array<char, 100> buffer;
        for (;;) {
            const auto n = co_await (*x)->read_some(buffer);
            if (!n) {
                failed = n.error();
                co_return;
            }
            got += *n;
        }
    }

    std::function<void()> on_stall;
    asio::cancellation_signal cancelling;
    std::stop_source stopping;
    error_code failed;
    std::size_t got = 0;
};

const error_code aborted = asio::error::operation_aborted;

} // namespace

TEST_CASE_METHOD(http_ending_test, "a stop ends the wait for a silent store") {
    make_client();
    on_stall = [this] { stopping.request_stop(); };
    store_stalls_after("");
    loop.run(read_half(stopping.get_token()));
    CHECK(failed == aborted);
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_ending_test, "a stop ends the wait for the rest of a body") {
    make_client();
    on_stall = [this] { stopping.request_stop(); };
    store_stalls_after(half);
    loop.run(read_half(stopping.get_token()));
    CHECK(failed == aborted);
}

TEST_CASE_METHOD(http_ending_test, "what is stopped before it begins never reaches the store") {
    make_client();
    stopping.request_stop();
    loop.run(read_half(stopping.get_token()));
    CHECK(failed == aborted);
    CHECK(server.requests().empty());
}

TEST_CASE_METHOD(http_ending_test, "a cancelled coroutine ends its request, silent store or not") {
    make_client();
    on_stall = [this] { cancel(); };
    store_stalls_after(GENERATE(std::string(), half));
    run_cancellable(read_half({}));
    CHECK(failed == aborted);
}

TEST_CASE_METHOD(http_ending_test, "a cancelled coroutine may clean up with other requests") {
    make_client();
    store_stalls_after("");
    server.answers(204, "");
    int status = 0;
    const auto work = [&]() -> awaitable<void> {
        co_await asio::this_coro::throw_if_cancelled(false);
        std::stop_token none;
        co_await read_half(std::move(none));
        auto r = make("DELETE");
        const auto cleaned = co_await fetch(std::move(r));
        status = cleaned ? cleaned->status : 0;
    };
    on_stall = [this] { cancel(); };
    run_cancellable(work());
    CHECK(failed == aborted);
    CHECK(status == 204);
}

TEST_CASE_METHOD(http_ending_test, "a reader that is given up ends the exchange") {
    make_client();
    store_stalls_after(half);
    const auto work = [&]() -> awaitable<void> {
        auto r = make("GET");
        http::request_body none;
        auto x = co_await client->send(std::move(r), std::move(none));
        REQUIRE(x);
        std::array<char, 100> first;
        const auto n = co_await (*x)->read_some(first);
        CHECK(value_of(n) == 4);
        {
            std::vector<char> gone(100);
            asio::cancellation_signal giving_up;
            const auto read = [&]() -> awaitable<void> {
                const auto never = co_await (*x)->read_some(gone);
                failed = error_of(never);
            };
            auto reading = read();
            on_stall = [&] { giving_up.emit(asio::cancellation_type::terminal); };
            asio::post(loop.context(), on_stall);
            auto token = asio::bind_cancellation_slot(giving_up.slot(), asio::use_awaitable);
            co_await asio::co_spawn(loop.context(), std::move(reading), std::move(token));
            on_stall = nullptr;
        }
        const auto after = co_await (*x)->read_some(first);
        CHECK(error_of(after) == aborted);
    };
    loop.run(work());
    CHECK(failed == aborted);
}

TEST_CASE("requests may still be under way when their event loop ends, the clients of the loop "
          "too") {
    const auto bytes =
        GENERATE(std::string(), half, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    std::optional<asio::io_context> context(1);
    std::latch answered(1);
    http_server server; // its thread ends before what it uses
    server.then([&](tcp_socket& s) {
        s.send(bytes);
        if (bytes.empty())
            context->stop();
        answered.count_down();
        s.wait_for_end();
        return false;
    });
    const auto settings = std::make_shared<const storage::http::client_settings>();
    const auto work = [&]() -> awaitable<void> {
        const auto executor = co_await asio::this_coro::executor;
        auto& client = storage::http::client_pool::find(executor, settings);
        storage::http::request r;
        r.method = "GET";
        r.scheme = "http";
        r.host = server.host();
        r.path = "/b/k";
        storage::http::request_body none;
        auto x = co_await client.send(std::move(r), std::move(none));
        REQUIRE(x);
        std::array<char, 2> buffer;
        for (;;) {
            const auto n = co_await (*x)->read_some(buffer);
            REQUIRE(n);
            asio::post(*context, [&] { context->stop(); });
            if (*n == 0 || *n == 1)
                break;
        }
        asio::steady_timer timer(executor, 1h);
        co_await timer.async_wait(as_tuple);
        FAIL("the loop has ended");
    };
    asio::co_spawn(*context, work(), asio::detached);
    context->run();
    answered.wait();
    context.reset();
    CHECK(server.requests().size() == 1);
}

TEST_CASE_METHOD(http_ending_test, "nothing waits for a name that is being resolved") {
    make_client();
    auto& names = name_resolver::instance();
    names.hold([this] { asio::post(loop.context(), [this] { stopping.request_stop(); }); });
    const auto work = [&]() -> awaitable<void> {
        auto r = make("GET");
        r.host = "store.test";
        http::request_body none;
        const auto a = co_await fetch(std::move(r), std::move(none), stopping.get_token());
        failed = error_of(a);
    };
    loop.run(work());
    CHECK(names.waiting() > 0);
    CHECK(failed == aborted);
    names.release();
}

TEST_CASE_METHOD(http_ending_test, "no request waits for ever while all connections are busy") {
    settings.max_connections = 1;
    settings.connect_timeout = 1s;
    settings.queue_timeout = 10ms;
    make_client();
    store_stalls_after("");
    error_code second;
    const auto work = [&]() -> awaitable<void> {
        auto r = make("GET");
        const auto a = co_await fetch(std::move(r));
        second = error_of(a);
        stopping.request_stop();
    };
    on_stall = [&] { asio::co_spawn(loop.context(), work(), asio::detached); };
    loop.run(read_half(stopping.get_token()));
    CHECK(failed == aborted); // which has had its connection and may take its time
    CHECK(second == http::curl_error(CURLE_NO_CONNECTION_AVAILABLE));
    CHECK(second == condition::temporary);
    CHECK(server.requests().size() == 1);
}
