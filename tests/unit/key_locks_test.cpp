#include "storage/rest/key_locks.hpp"
#include "tests/support/event_loop.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <list>
#include <string>

using namespace objftpd;
using namespace objftpd::tests;
using storage::rest::key_locks;

namespace {

class key_locks_test {
public:
    // Takes the turn, notes it, and keeps it until release().
    void begin(const std::string& name, const std::string& key, key_locks::share wanted) {
        holders_.push_back([this, name, key, wanted]() -> awaitable<void> {
            const auto turn = co_await locks_->wait(key, wanted);
            begun += name;
            while (released.find(name) == released.npos)
                co_await changed_.wait();
        });
        loop_.start(holders_.back()());
        run();
    }
    void release(const std::string& name) {
        released += name;
        changed_.notify();
        run();
    }

    // The same for one who may be stopped.
    void begin_stoppable(const std::string& name, const std::string& key) {
        holders_.push_back([this, name, key]() -> awaitable<void> {
            const auto turn = co_await locks_->wait(key, key_locks::share::alone, stop.get_token());
            (turn ? begun : stopped) += name;
        });
        loop_.start(holders_.back()());
        run();
    }
    void request_stop() {
        stop.request_stop();
        run();
    }

    std::string begun;
    std::string stopped;
    std::string released;
    std::stop_source stop;

private:
    void run() {
        loop_.context().restart();
        loop_.context().poll();
    }

    event_loop loop_;
    async_signal changed_{loop_.context().get_executor()};
    std::shared_ptr<key_locks> locks_ = std::make_shared<key_locks>();
    std::list<std::function<awaitable<void>()>> holders_;
};

constexpr auto alone = key_locks::share::alone;
constexpr auto with_others = key_locks::share::with_others;

} // namespace

TEST_CASE_METHOD(key_locks_test, "whole uploads of one key do not wait for each other") {
    begin("a", "k", with_others);
    begin("b", "k", with_others);
    CHECK(begun == "ab");
    release("b");
    release("a");
}

TEST_CASE_METHOD(key_locks_test, "an append has the key alone, in the order they came") {
    begin("a", "k", with_others);
    begin("b", "k", alone);
    begin("c", "k", with_others);
    begin("d", "k", alone);
    CHECK(begun == "a");
    release("a");
    CHECK(begun == "ab");
    release("b");
    CHECK(begun == "abc");
    release("c");
    CHECK(begun == "abcd");
    release("d");
}

TEST_CASE_METHOD(key_locks_test, "other keys have nothing to do with it") {
    begin("a", "k", alone);
    begin("b", "l", alone);
    CHECK(begun == "ab");
    release("a");
    release("b");
}

TEST_CASE_METHOD(key_locks_test, "who is stopped leaves the line, and keeps nobody waiting") {
    begin("a", "k", with_others);
    begin_stoppable("b", "k");
    begin("c", "k", with_others);
    CHECK(begun == "a");
    request_stop();
    CHECK(stopped == "b");
    CHECK(begun == "ac");
    begin_stoppable("d", "another");
    CHECK(stopped == "bd");
}
