#include "storage/layers/stat_cache.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/results.hpp"

#include "storage/error.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <map>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

// Objects that somebody else changes as well; counts what it is asked.
class counted_store final : public adapter {
public:
    capabilities can() const override {
        capabilities all;
        all.sorted_listing = true;
        return all;
    }

    awaitable<result<object_info>> stat(std::string key, storage::detail) override {
        ++stats;
        const auto seen = sizes;
        if (meanwhile)
            std::exchange(meanwhile, nullptr)();
        co_await asio::post(asio::use_awaitable);
        const auto found = seen.find(key);
        if (found == seen.end())
            co_return errc::not_found;
        co_return info_of(*found);
    }

    awaitable<result<list_page>> list(list_request) override {
        list_page page;
        for (const auto& object : sizes)
            page.entries.push_back(info_of(object));
        if (meanwhile)
            std::exchange(meanwhile, nullptr)();
        co_await asio::post(asio::use_awaitable);
        co_return page;
    }

    awaitable<result<std::unique_ptr<body>>> read(std::string, std::uint64_t,
                                                  std::stop_token) override {
        co_return error_code(errc::unsupported);
    }
    awaitable<result<std::unique_ptr<upload>>> open_upload(upload_request request) override;
    awaitable<result<>> make_directory(std::string key, parents) override {
        sizes[key] = 0;
        co_return result<>();
    }
    awaitable<result<>> remove(std::string key) override {
        sizes.erase(key);
        co_return result<>();
    }
    awaitable<result<>> remove_directory(std::string key) override {
        sizes.erase(key);
        co_return result<>();
    }
    awaitable<result<>> rename(rename_request r) override {
        sizes[r.to] = sizes[r.from];
        sizes.erase(r.from);
        co_return result<>();
    }
    awaitable<result<put_result>> copy(copy_request r) override {
        sizes[r.to] = sizes[r.from];
        co_return put_result();
    }
    awaitable<result<>> set_modified(std::string, timestamp) override { co_return result<>(); }
    awaitable<result<std::string>> digest(std::string, hash_algorithm, std::stop_token) override {
        co_return std::string();
    }
    awaitable<result<std::uint64_t>> free_space() override { co_return std::uint64_t{0}; }

    std::map<std::string, std::uint64_t> sizes;
    int stats = 0;
    std::function<void()> meanwhile; // happens once, after the next question has been read

private:
    static object_info info_of(const std::pair<const std::string, std::uint64_t>& object) {
        object_info info;
        info.key = object.first;
        info.directory = object.first.ends_with('/');
        info.size = object.second;
        return info;
    }
};

class counted_upload final : public upload {
public:
    counted_upload(counted_store& store, std::string key) : store_(store), key_(std::move(key)) {}
    awaitable<result<>> write(std::span<const char>) override { co_return result<>(); }
    awaitable<result<put_result>> commit(std::span<const char> last) override {
        store_.sizes[key_] = last.size();
        co_return put_result();
    }
    awaitable<void> abort() override { co_return; }

private:
    counted_store& store_;
    const std::string key_;
};

awaitable<result<std::unique_ptr<upload>>> counted_store::open_upload(upload_request request) {
    co_return std::make_unique<counted_upload>(*this, std::move(request.key));
}

class stat_cache_test {
public:
    stat_cache_test() {
        layers::stat_cache_settings settings;
        settings.entries = 3;
        settings.lifetime = std::chrono::seconds(5);
        settings.now = [this] { return now; };
        cache = std::make_shared<layers::stat_cache>(
            store, std::make_shared<layers::stat_memory>(std::move(settings)));
        store->sizes = {{"a/f", 1}, {"a/g", 2}};
    }

    result<object_info> try_stat(std::string key) {
        return loop.run(cache->stat(std::move(key), storage::detail::basic));
    }
    std::uint64_t size(std::string key) { return value_of(try_stat(std::move(key))).size; }
    void list() { value_of(loop.run(cache->list(list_request("", "", 1000)))); }
    void put(std::string key, std::string_view content) {
        upload_request request(std::move(key), overwrite::allowed);
        const auto to = value_of(loop.run(cache->open_upload(std::move(request))));
        value_of(loop.run(to->commit(content)));
    }

    event_loop loop;
    std::shared_ptr<counted_store> store = std::make_shared<counted_store>();
    std::shared_ptr<layers::stat_cache> cache;
    layers::stat_cache_settings::clock::time_point now{};
};

} // namespace

TEST_CASE_METHOD(stat_cache_test, "an upload to what is known to be a directory is refused") {
    store->sizes["b/"] = 0;
    const auto upload_to_b = [&] {
        upload_request request("b", overwrite::allowed);
        const auto opened = loop.run(cache->open_upload(std::move(request)));
        return opened ? error_code() : opened.error();
    };
    CHECK_FALSE(upload_to_b().failed()); // nobody has told
    size("b/");
    CHECK(upload_to_b() == errc::is_a_directory);
    now += std::chrono::seconds(6);
    CHECK_FALSE(upload_to_b().failed());
    store->sizes = {{"b", 1}, {"b/", 0}}; // an object beside the directory can be replaced
    list();
    CHECK_FALSE(upload_to_b().failed());
}

TEST_CASE_METHOD(stat_cache_test, "what was asked is remembered for its time and no longer") {
    CHECK(size("a/f") == 1);
    store->sizes["a/f"] = 7;
    now += std::chrono::milliseconds(4'999);
    CHECK(size("a/f") == 1);
    CHECK(store->stats == 1);
    now += std::chrono::milliseconds(1);
    CHECK(size("a/f") == 7);
    CHECK(store->stats == 2);
}

TEST_CASE_METHOD(stat_cache_test, "names of a listing need not be asked for") {
    list();
    CHECK(size("a/f") == 1);
    CHECK(size("a/g") == 2);
    CHECK(store->stats == 0);
}

TEST_CASE_METHOD(stat_cache_test,
                 "a directory that a listing shows alone is not asked for as a file") {
    store->sizes = {{"b/", 0}};
    list();
    CHECK(try_stat("b").error() == errc::not_found);
    CHECK(value_of(try_stat("b/")).directory);
    CHECK(store->stats == 0);
    SECTION("until the time is over") {
        now += std::chrono::seconds(6);
        store->sizes["b"] = 7;
        CHECK(size("b") == 7);
    }
    SECTION("until an object is stored beside it") {
        value_of(loop.run(cache->copy({"b/f", "b", overwrite::allowed})));
        store->sizes["b"] = 7;
        CHECK(size("b") == 7);
    }
}

TEST_CASE_METHOD(stat_cache_test, "an object that may lie beside a directory is asked for") {
    store->sizes = {{"b", 7}, {"b/", 0}};
    SECTION("listed beside it, though too long ago") {
        store->sizes.insert({{"c", 1}, {"d", 1}}); // three are remembered
        list();
    }
    SECTION("in the page before") {
        store->sizes = {{"b-1", 1}, {"b/", 0}};
        value_of(loop.run(cache->list(list_request("", "b", 1000))));
        store->sizes["b"] = 7;
    }
    SECTION("outside of the listed directory") {
        store->sizes.erase("b");
        value_of(loop.run(cache->list(list_request("b/", "", 1000))));
        store->sizes["b"] = 7;
    }
    SECTION("not listed at all") {
        value_of(try_stat("b/"));
    }
    const auto asked = store->stats;
    CHECK(size("b") == 7);
    CHECK(store->stats == asked + 1);
}

TEST_CASE_METHOD(stat_cache_test, "a change that failed leaves a listed directory known") {
    store->sizes = {{"b/", 0}};
    list();
    value_of(loop.run(cache->remove("b"))); // may have changed something, for all we know
    upload_request request("b", overwrite::allowed);
    CHECK(error_of(loop.run(cache->open_upload(std::move(request)))) == errc::is_a_directory);
    CHECK(try_stat("b").error() == errc::not_found);
    CHECK(store->stats == 1);
}

TEST_CASE_METHOD(stat_cache_test, "a directory that lists as nothing is one no longer") {
    store->sizes = {{"b/", 0}};
    list();
    store->sizes.clear();
    value_of(loop.run(cache->list(list_request("b/", "", 1000))));
    store->sizes = {{"b", 7}};
    CHECK(size("b") == 7);
    CHECK(try_stat("b/").error() == errc::not_found);
}

TEST_CASE_METHOD(stat_cache_test, "a missing name is asked for each time") {
    CHECK(try_stat("later").error() == errc::not_found);
    store->sizes["later"] = 3;
    CHECK(size("later") == 3);
}

TEST_CASE_METHOD(stat_cache_test, "the version of an object is asked for each time") {
    list();
    value_of(loop.run(cache->stat("a/f", storage::detail::version)));
    CHECK(store->stats == 1);
}

TEST_CASE_METHOD(stat_cache_test, "only so many names are remembered, the latest ones") {
    store->sizes["b"] = 3;
    store->sizes["c"] = 4;
    list();
    CHECK(size("c") == 4);
    CHECK(store->stats == 0);
    CHECK(size("a/f") == 1);
    CHECK(store->stats == 1);
}

TEST_CASE_METHOD(stat_cache_test, "own changes are seen at once") {
    list();
    SECTION("an upload") {
        put("a/f", "content");
        CHECK(size("a/f") == 7);
    }
    SECTION("a removal") {
        value_of(loop.run(cache->remove("a/f")));
        CHECK(try_stat("a/f").error() == errc::not_found);
    }
    SECTION("a rename") {
        value_of(loop.run(cache->rename({"a/f", "a/g", overwrite::allowed})));
        CHECK(try_stat("a/f").error() == errc::not_found);
        CHECK(size("a/g") == 1);
    }
    SECTION("a copy") {
        value_of(loop.run(cache->copy({"a/f", "a/g", overwrite::allowed})));
        CHECK(size("a/g") == 1);
    }
    SECTION("a directory that is removed") {
        value_of(loop.run(cache->make_directory("d/", parents::create)));
        CHECK(value_of(try_stat("d/")).directory);
        value_of(loop.run(cache->remove_directory("d/")));
        CHECK(try_stat("d/").error() == errc::not_found);
    }
}

TEST_CASE_METHOD(stat_cache_test, "a change leaves alone what it cannot have touched") {
    store->sizes = {{"a/f", 1}, {"a.txt", 2}};
    list();
    value_of(loop.run(cache->rename({"a/f", "a/g", overwrite::allowed})));
    CHECK(size("a.txt") == 2);
    CHECK(store->stats == 0);
    value_of(loop.run(cache->remove_directory("b/")));
    CHECK(size("a.txt") == 2);
    CHECK(store->stats == 0);
}

TEST_CASE_METHOD(stat_cache_test, "a directory that may have moved takes along what is in it") {
    list();
    value_of(loop.run(cache->remove_directory("a/")));
    store->sizes["a/f"] = 9;
    CHECK(size("a/f") == 9);
}

TEST_CASE_METHOD(stat_cache_test,
                 "a directory is asked for anew when something in it was removed") {
    store->sizes["a/"] = 0;
    CHECK(value_of(try_stat("a/")).directory);
    value_of(loop.run(cache->remove("a/f")));
    store->sizes.erase("a/");
    CHECK(try_stat("a/").error() == errc::not_found);
}

TEST_CASE_METHOD(stat_cache_test, "an answer from before a change is not remembered") {
    const auto remove = [&]() -> awaitable<void> { value_of(co_await cache->remove("a/f")); };
    store->meanwhile = [&] { loop.start(remove()); };
    SECTION("of a question") {
        CHECK(size("a/f") == 1);
    }
    SECTION("of a listing") {
        list();
        CHECK(store->stats == 0);
    }
    CHECK(try_stat("a/f").error() == errc::not_found);
}

TEST_CASE_METHOD(stat_cache_test, "those who ask at the same time share an answer") {
    int answers = 0;
    const auto ask = [&]() -> awaitable<void> {
        const auto info = co_await cache->stat("a/f", storage::detail::basic);
        answers += info && info->size == 1 ? 1 : 0;
    };
    for (int i = 0; i < 4; ++i)
        loop.start(ask());
    CHECK(size("a/f") == 1);
    CHECK(answers == 4);
    CHECK(store->stats == 1);
}
