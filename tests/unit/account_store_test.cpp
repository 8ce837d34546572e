#include "auth/account_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <catch2/catch.hpp>

#include <chrono>

using namespace objftpd;

namespace {

config::user_settings user(const std::string& name, const std::string& password,
                           const config::hash_cost& cost = {64, 1, 1}) {
    config::user_settings u;
    u.name = name;
    u.password_hash = config::hash_password(password, cost);
    return u;
}

/// Logs in as a session does: awaits on an I/O thread while the pool hashes.
class login_desk {
public:
    explicit login_desk(const std::vector<config::user_settings>& users) : store(users) {}

    auth::account login(const std::string& name, const std::string& password) {
        io_.restart();
        auto answer =
            asio::co_spawn(io_, store.authenticate(pool_, name, password), asio::use_future);
        io_.run();
        return answer.get();
    }

    auth::account_store store;

private:
    asio::io_context io_;
    worker_pool pool_{1};
};

} // namespace

TEST_CASE("an account is found by its exact name") {
    const auth::account_store store({user("alice", "a"), user("bob", "b")});
    REQUIRE(store.find("alice"));
    CHECK(store.find("alice")->name == "alice");
    for (const auto* const name : {"", "Alice", "alice ", "carol"})
        CHECK_FALSE(store.find(name));
}

TEST_CASE("only the right name with its own password logs in") {
    login_desk desk({user("alice", "secret"), user("bob", "hidden")});
    const auto account = desk.login("alice", "secret");
    REQUIRE(account);
    CHECK(account->name == "alice");
    CHECK(account == desk.store.find("alice"));
    CHECK_FALSE(desk.login("alice", "hidden"));
    CHECK_FALSE(desk.login("alice", ""));
    CHECK_FALSE(desk.login("carol", "secret"));
    CHECK_FALSE(desk.login("", ""));
}

TEST_CASE("an account outlives the store it came from") {
    auth::account kept;
    {
        const auth::account_store store({user("alice", "a")});
        kept = store.find("alice");
    }
    CHECK(kept->name == "alice");
}

TEST_CASE("an unknown name takes as long as a known one, whatever the hashes cost") {
    // 32 MiB: long enough to tell a hash from none, on a busy machine too.
    login_desk desk({user("alice", "secret", {32768, 2, 1})});
    const auto fastest = [&](const char* name) {
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 3; ++i) {
            const auto start = std::chrono::steady_clock::now();
            desk.login(name, "wrong");
            best = std::min(best, std::chrono::steady_clock::now() - start);
        }
        return best;
    };
    CHECK(fastest("nobody") * 4 > fastest("alice"));
    CHECK(fastest("alice") * 4 > fastest("nobody"));
}

TEST_CASE("a store without users refuses everyone") {
    login_desk desk({});
    CHECK_FALSE(desk.login("alice", "secret"));
}
