#pragma once

#include "config/async.hpp"
#include "storage/error.hpp"
#include "storage/rest/call.hpp"

#include <deque>
#include <functional>

namespace objftpd::tests {

/// A store's end of the layers: gives the answers that it was told to, then succeeds.
class scripted_transport final : public storage::rest::transport {
public:
    explicit scripted_transport(const asio::any_io_executor& executor) : released_(executor) {}

    awaitable<storage::rest::answer> send(const storage::rest::call&) override {
        ++sent;
        ++running;
        most_running = std::max(most_running, running);
        while (holds)
            co_await released_.wait();
        --running;
        storage::rest::answer a;
        if (!failures.empty()) {
            a.failed = failures.front();
            a.may_retry = a.failed == storage::errc::unavailable;
            failures.pop_front();
        }
        if (on_send)
            on_send();
        co_return a;
    }

    /// The next answers fail.
    void fails(int times, error_code with = storage::errc::unavailable) {
        failures.insert(failures.end(), static_cast<std::size_t>(times), with);
    }

    /// What is held is answered, and nothing is held any more.
    void release() {
        holds = false;
        released_.notify();
    }

    std::deque<error_code> failures;
    std::function<void()> on_send;
    bool holds = false; // calls wait for release()
    int sent = 0;
    int running = 0;
    int most_running = 0;

private:
    async_signal released_;
};

} // namespace objftpd::tests
