#include "storage/credentials/refreshing_credentials.hpp"

#include "config/async.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"

#include <boost/asio/error.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <thread>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;
using namespace std::chrono_literals;
using credentials::failure;
using credentials::fetch_result;
using credentials::fetched;

namespace {

/// Gives out what it was told to, when it was told to.
class scripted_source final : public credentials::source {
public:
    awaitable<fetch_result> fetch() override {
        ++fetches;
        if (held)
            co_await sleep_for(held_for);
        if (answers.empty())
            co_return failure("nothing left", "");
        auto next = std::move(answers.front());
        answers.pop_front();
        co_return next;
    }

    std::deque<fetch_result> answers;
    std::atomic<int> fetches = 0;
    bool held = false;
    std::chrono::milliseconds held_for{5};
};

class refreshing_credentials_test {
public:
    refreshing_credentials_test()
        : provider(std::make_shared<credentials::refreshing_credentials>(
              "store", "test", source, [this] { return now.load(); },
              [this] { return watch.load(); })) {}

    void gives(const std::string& key, std::optional<std::chrono::seconds> lifetime,
               std::optional<std::chrono::seconds> look_again = {}) {
        fetched f;
        f.who.key_id = key;
        if (lifetime)
            f.expires = now.load() + *lifetime;
        f.look_again = look_again;
        source->answers.emplace_back(f);
    }
    void fails() { source->answers.emplace_back(failure("down", "wait")); }

    /// The id of the key that is given, after all that this has set off.
    std::string get() {
        const auto got = loop.run(provider->get());
        return got ? (*got)->key_id : "none";
    }
    void passes(std::chrono::seconds time) {
        now = now.load() + time;
        watch = watch.load() + time;
    }
    void clock_is_set(std::chrono::seconds by) { now = now.load() + by; }
    int fetches() const { return source->fetches; }

    event_loop loop;
    std::atomic<credentials::time_point> now{
        credentials::time_point(std::chrono::hours(24 * 20'000))};
    std::atomic<std::chrono::steady_clock::time_point> watch{
        std::chrono::steady_clock::time_point(1h)};
    std::shared_ptr<scripted_source> source = std::make_shared<scripted_source>();
    std::shared_ptr<credentials::refreshing_credentials> provider;
};

} // namespace

TEST_CASE_METHOD(refreshing_credentials_test, "credentials without an end are fetched once") {
    gives("a", {});
    CHECK(get() == "a");
    passes(24h * 365);
    CHECK(get() == "a");
    CHECK(fetches() == 1);
}

TEST_CASE_METHOD(refreshing_credentials_test,
                 "credentials are renewed 5 to 6 minutes ahead, without anybody waiting") {
    gives("a", 1h);
    CHECK(get() == "a");
    passes(53min + 59s);
    CHECK(get() == "a");
    CHECK(fetches() == 1);
    passes(61s);
    gives("b", 1h);
    source->held = true;
    CHECK(get() == "a"); // and the fetch has begun
    CHECK(fetches() == 2);
    CHECK(get() == "b");
    CHECK(fetches() == 2);
}

TEST_CASE_METHOD(refreshing_credentials_test,
                 "those that live shortly are renewed at half of their lifetime") {
    gives("a", 4min);
    CHECK(get() == "a");
    passes(119s);
    get();
    CHECK(fetches() == 1);
    passes(1s);
    gives("b", 4min);
    get();
    CHECK(fetches() == 2);
    CHECK(get() == "b");
}

TEST_CASE_METHOD(refreshing_credentials_test, "the old ones serve until they have really expired") {
    gives("a", 10min);
    CHECK(get() == "a");
    passes(9min);
    fails();
    CHECK(get() == "a");
    CHECK(fetches() == 2);
    CHECK(get() == "a"); // not asked again at once
    CHECK(fetches() == 2);
    passes(30s);
    fails();
    CHECK(get() == "a");
    CHECK(fetches() == 3);
    passes(30s);
    fails();
    CHECK(get() == "none");
    CHECK(fetches() == 4);
    gives("b", 10min);
    CHECK(get() == "none"); // a pause, so that what is down is not overrun
    CHECK(fetches() == 4);
    passes(2s);
    CHECK(get() == "b");
}

TEST_CASE_METHOD(refreshing_credentials_test, "what comes expired is a failure") {
    gives("a", -1s);
    CHECK(get() == "none");
    passes(2s);
    gives("b", 1h);
    CHECK(get() == "b");
}

TEST_CASE_METHOD(refreshing_credentials_test,
                 "refused credentials are fetched anew, but once in 10 s") {
    gives("a", {});
    gives("b", {});
    gives("c", {});
    CHECK(get() == "a");
    http::credentials used;
    used.key_id = "a";
    provider->refused(used);
    CHECK(get() == "b");
    provider->refused(used); // by somebody who was slow: others are there already
    CHECK(get() == "b");
    CHECK(fetches() == 2);
    used.key_id = "b";
    passes(9s);
    provider->refused(used);
    CHECK(get() == "b");
    passes(1s);
    provider->refused(used);
    CHECK(get() == "c");
    CHECK(fetches() == 3);
}

TEST_CASE_METHOD(refreshing_credentials_test, "a refusal and a failure leave the old ones") {
    gives("a", {});
    fails();
    CHECK(get() == "a");
    http::credentials used;
    used.key_id = "a";
    provider->refused(used);
    CHECK(get() == "a");
    CHECK(fetches() == 2);
}

TEST_CASE_METHOD(refreshing_credentials_test, "what may change is looked at before it is used") {
    gives("a", {}, 5s);
    gives("b", {}, 5s);
    fails();
    CHECK(get() == "a");
    passes(4s);
    CHECK(get() == "a");
    passes(1s);
    CHECK(get() == "b");
    passes(5s);
    CHECK(get() == "b"); // the file is gone for a moment
    CHECK(fetches() == 3);
}

TEST_CASE_METHOD(refreshing_credentials_test, "a clock that is set back prolongs no pause") {
    fails();
    CHECK(get() == "none");
    clock_is_set(-24h);
    passes(2s);
    gives("a", {}, 5s);
    CHECK(get() == "a");
    clock_is_set(-24h);
    passes(5s);
    gives("b", {});
    CHECK(get() == "b");
    http::credentials used;
    used.key_id = "b";
    clock_is_set(-24h);
    gives("c", {});
    provider->refused(used);
    CHECK(get() == "c");
    used.key_id = "c";
    clock_is_set(24h);
    provider->refused(used); // sooner than in 10 s, whatever the clock says
    CHECK(get() == "c");
    CHECK(fetches() == 4);
}

TEST_CASE_METHOD(refreshing_credentials_test, "a fetch that is broken off lets others try") {
    source->held = true;
    source->held_for = 1h;
    {
        asio::io_context ending;
        asio::co_spawn(ending, provider->get(), asio::detached);
        ending.run_for(10ms);
    }
    CHECK(fetches() == 1);
    source->held = false;
    gives("a", {});
    CHECK(get() == "none");
    passes(2s);
    CHECK(get() == "a");
}

TEST_CASE_METHOD(refreshing_credentials_test, "all I/O threads wait for one fetch") {
    source->held = true;
    gives("a", 1h);
    std::atomic<int> right = 0;
    const auto ask = [&]() -> awaitable<void> {
        const auto got = co_await provider->get();
        if (got && (*got)->key_id == "a")
            ++right;
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            asio::io_context context(1);
            for (int session = 0; session < 50; ++session)
                asio::co_spawn(context, ask(), asio::detached);
            context.run();
        });
    for (auto& t : threads)
        t.join();
    CHECK(right == 200);
    CHECK(fetches() == 1);
}

TEST_CASE_METHOD(refreshing_credentials_test, "whoever is told to stop does not wait for a fetch") {
    gives("a", {});
    source->held = true;
    std::stop_source stop;
    error_code ended;
    const auto ask = [&]() -> awaitable<void> {
        const auto got = co_await provider->get(stop.get_token());
        ended = got ? error_code() : got.error();
    };
    loop.start(ask());
    loop.context().poll();
    CHECK(fetches() == 1);
    CHECK_FALSE(ended);
    stop.request_stop();
    loop.context().poll();
    CHECK(ended == asio::error::operation_aborted);
    CHECK(get() == "a"); // the fetch goes on for others
}

TEST_CASE_METHOD(refreshing_credentials_test, "a service that does not answer may do so later") {
    auto no_answer = failure("no answer", "wait");
    no_answer.may_pass = true;
    source->answers.emplace_back(no_answer);
    CHECK(loop.run(provider->get()).error() == errc::unavailable);
    passes(2s);
    fails();
    CHECK(loop.run(provider->get()).error() == errc::refused_credentials);
}
