#pragma once

#include "tests/support/tcp_socket.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace objftpd::tests {

/// A store's end of HTTP that answers exactly what the test has scripted, byte by byte, and keeps
/// what it was asked. Requests are answered one after the other, whichever connection they come on;
/// a connection lasts until its answers or its client end it.
class http_server {
public:
    struct request {
        std::string head; // with the empty line
        std::string body;
        std::size_t connection = 0;
    };

    /// What is done when a whole request has come; returns whether the connection goes on.
    using answer = std::function<bool(tcp_socket&)>;

    http_server() : listener_(tcp_socket::listen({asio_loopback(), 0})) {
        thread_ = std::thread([this] { serve(); });
    }
    http_server(const http_server&) = delete;
    ~http_server() {
        stopping_ = true;
        try {
            tcp_socket::connect(listener_.local()); // wakes the accept
        } catch (const std::runtime_error&) {
        }
        thread_.join();
    }

    std::string host() const { return "127.0.0.1:" + std::to_string(listener_.local().port()); }

    /// The next answer: bytes, after which the connection goes on.
    void answers(std::string bytes) {
        then([bytes](tcp_socket& s) {
            s.send(bytes);
            return true;
        });
    }
    void answers(int status, const std::string& body, const std::string& headers = {}) {
        answers("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    }
    /// Bytes, and the end of the connection.
    void answers_and_closes(std::string bytes) {
        then([bytes](tcp_socket& s) {
            s.send(bytes);
            return false;
        });
    }
    /// Bytes, and nothing more until the client gives up.
    void answers_and_stalls(std::string bytes) {
        then([bytes](tcp_socket& s) {
            s.send(bytes);
            s.wait_for_end();
            return false;
        });
    }
    /// Answers the next request that asks first (Expect: 100-continue) before its body.
    void refuses_expectation(std::string bytes) {
        const std::lock_guard lock(mutex_);
        refusal_ = std::move(bytes);
    }
    void then(answer a) {
        const std::lock_guard lock(mutex_);
        answers_.push_back(std::move(a));
    }

    std::vector<request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

private:
    static boost::asio::ip::address asio_loopback() {
        return boost::asio::ip::address_v4::loopback();
    }

    void serve() {
        std::vector<std::optional<tcp_socket>> connections; // by their numbers, while they last
        while (!stopping_) {
            std::vector<pollfd> waiting{{listener_.native_handle(), POLLIN, 0}};
            for (const auto& c : connections)
                waiting.push_back({c ? c->native_handle() : -1, POLLIN, 0});
            if (::poll(waiting.data(), waiting.size(), tcp_socket::time_limit) <= 0)
                continue;
            for (std::size_t number = 0; number < connections.size() && !stopping_; ++number)
                if (waiting[number + 1].revents != 0 && !goes_on(*connections[number], number))
                    connections[number].reset();
            if (waiting.front().revents != 0 && !stopping_)
                connections.emplace_back(listener_.accept());
        }
    }

    bool goes_on(tcp_socket& connection, std::size_t number) {
        try {
            return serve_one(connection, number);
        } catch (const std::runtime_error&) {
            return false; // the client's business: it ended, or said nothing for a long time
        }
    }

    bool serve_one(tcp_socket& connection, std::size_t number) {
        request r;
        r.connection = number;
        std::string bytes;
        while (bytes.find("\r\n\r\n") == bytes.npos) {
            const auto more = connection.receive();
            if (more.empty())
                return false;
            bytes += more;
        }
        const auto end = bytes.find("\r\n\r\n") + 4;
        r.head = bytes.substr(0, end);
        r.body = bytes.substr(end);
        if (r.head.find("Expect: 100-continue") != r.head.npos) {
            const auto refusal = take_refusal(r);
            connection.send(refusal.empty() ? "HTTP/1.1 100 Continue\r\n\r\n" : refusal);
            if (!refusal.empty())
                return true;
        }
        const auto at = r.head.find("Content-Length: ");
        const auto length = at == r.head.npos ? 0 : std::stoul(r.head.substr(at + 16));
        while (r.body.size() < length) {
            const auto more = connection.receive();
            if (more.empty())
                return false;
            r.body += more;
        }
        answer next;
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(std::move(r));
            if (answers_.empty())
                return false;
            next = std::move(answers_.front());
            answers_.pop_front();
        }
        return next(connection);
    }

    std::string take_refusal(const request& r) {
        const std::lock_guard lock(mutex_);
        if (!refusal_.empty())
            requests_.push_back(r);
        return std::exchange(refusal_, {});
    }

    tcp_socket listener_;
    std::atomic<bool> stopping_ = false;
    mutable std::mutex mutex_;
    std::vector<request> requests_;
    std::deque<answer> answers_;
    std::string refusal_;
    std::thread thread_;
};

} // namespace objftpd::tests
