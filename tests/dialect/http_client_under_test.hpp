#pragma once

#include "storage/http/client.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/results.hpp"

#include <optional>
#include <string>

namespace objftpd::tests {

namespace http = storage::http;

/// An HTTP client and a scripted store. The client is made with the first request.
class http_client_test {
protected:
    http::request make(const std::string& method, const std::string& path = "/b/k") {
        http::request r;
        r.method = method;
        r.scheme = "http";
        r.host = server.host();
        r.path = path;
        return r;
    }

    struct answer {
        int status = 0;
        std::string body;
        std::string etag;
    };

    awaitable<result<answer>> fetch(http::request r, http::request_body body = {},
                                    std::stop_token stop = {}) {
        auto x = co_await client->send(std::move(r), std::move(body), std::move(stop));
        if (!x)
            co_return x.error();
        answer a;
        a.status = (*x)->head().status;
        if (const auto* const etag = (*x)->head().find("etag"))
            a.etag = *etag;
        auto all = co_await (*x)->read_all(64 << 20);
        if (!all)
            co_return all.error();
        a.body = std::move(*all);
        co_return a;
    }

    result<answer> run(http::request r, http::request_body body = {}) {
        make_client();
        return loop.run(fetch(std::move(r), std::move(body)));
    }

    void make_client() {
        if (!client)
            client.emplace(loop.context(), settings);
    }

    event_loop loop; // to which the server's thread posts
    http_server server;
    http::client_settings settings;
    std::optional<http::client> client;
};

} // namespace objftpd::tests
