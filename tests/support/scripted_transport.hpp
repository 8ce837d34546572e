#pragma once

#include "config/async.hpp"
#include "storage/error.hpp"
#include "storage/rest/call.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <string>

namespace objftpd::tests {

/// A store's end of the layers: gives the answers that it was told to, then succeeds.
class scripted_transport final : public storage::rest::transport {
public:
    explicit scripted_transport(const asio::any_io_executor& executor) : released_(executor) {}

    awaitable<storage::rest::answer> send(const storage::rest::call& c) override {
        ++sent;
        ++running;
        most_running = std::max(most_running, running);
        while (holds)
            co_await released_.wait();
        --running;
        storage::rest::answer a;
        a.text = text;
        a.received = text.size();
        if (!failures.empty()) {
            const auto next = failures.front();
            failures.pop_front();
            a.failed = next.with;
            a.status = next.status;
            a.vendor.code = next.code;
            a.wait = next.wait;
            a.no_connection = next.no_connection;
            a.may_retry = (a.failed == storage::errc::unavailable && !a.no_connection) ||
                          a.failed == storage::errc::throttled ||
                          a.failed == storage::errc::checksum_mismatch;
        }
        if (on_answer)
            on_answer(c, a);
        if (on_send)
            on_send();
        co_return a;
    }

    /// An answer that is no success. Without a status none came.
    struct failure {
        error_code with;
        int status = 0;
        std::string code;
        std::chrono::milliseconds wait{};
        bool no_connection = false;
    };

    /// The next answers fail.
    void fails(int times, const failure& how) {
        failures.insert(failures.end(), static_cast<std::size_t>(times), how);
    }
    void fails(int times, error_code with = storage::errc::unavailable) {
        fails(times, failure{with, 0, {}, {}});
    }

    /// What is held is answered, and nothing is held any more.
    void release() {
        holds = false;
        released_.notify();
    }

    std::deque<failure> failures;
    std::string text; // of all answers
    std::function<void()> on_send;
    std::function<void(const storage::rest::call&, storage::rest::answer&)> on_answer;
    bool holds = false; // calls wait for release()
    int sent = 0;
    int running = 0;
    int most_running = 0;

private:
    async_signal released_;
};

} // namespace objftpd::tests
