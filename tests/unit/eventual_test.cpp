#include "config/eventual.hpp"
#include "tests/support/event_loop.hpp"

#include <catch2/catch.hpp>

using namespace objftpd;
using namespace objftpd::tests;

namespace {

class eventual_test {
public:
    void wait() {
        loop_.start(wait_for_answer());
        run();
    }
    void tell(int value) {
        answer_.tell(value);
        run();
    }
    void stop() {
        stop_.request_stop();
        run();
    }

    bool waits = false;
    std::optional<int> got;

private:
    awaitable<void> wait_for_answer() {
        waits = true;
        got = co_await answer_.take(stop_.get_token());
        waits = false;
    }
    void run() {
        loop_.context().restart();
        loop_.context().poll();
    }

    event_loop loop_;
    eventual<int> answer_{loop_.context().get_executor()};
    std::stop_source stop_;
};

} // namespace

TEST_CASE_METHOD(eventual_test, "what waits for an answer goes on when it is told") {
    wait();
    CHECK(waits);
    tell(7);
    CHECK_FALSE(waits);
    CHECK(got == 7);
}

TEST_CASE_METHOD(eventual_test, "an answer that is there already is not waited for") {
    tell(7);
    wait();
    CHECK_FALSE(waits);
    CHECK(got == 7);
}

TEST_CASE_METHOD(eventual_test, "who is stopped goes on without the answer") {
    wait();
    stop();
    CHECK_FALSE(waits);
    CHECK_FALSE(got);
    tell(7); // to nobody
}
