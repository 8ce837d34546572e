#include "storage/virtual_filesystem.hpp"

#include "storage/error.hpp"
#include "tests/support/event_loop.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/results.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <set>

using namespace objftpd;
using namespace objftpd::storage;
using namespace objftpd::tests;

namespace {

// Remembers what it is asked for, in short: "rename a b". Knows objects by key and size; a key
// that ends in '/' is a directory. Lists two entries to a page, and fails when it is told to.
class recording_store final : public adapter {
public:
    explicit recording_store(std::map<std::string, std::uint64_t> known = {},
                             std::string bucket = "main/files")
        : name(std::move(bucket)), objects(std::move(known)) {
        abilities.real_directories = true;
        abilities.renames = true;
    }

    const std::string name;
    std::map<std::string, std::uint64_t> objects;
    std::vector<std::string> asked;
    capabilities abilities;
    error_code fails;
    bool lists_throw = false;

    capabilities can() const override { return abilities; }

    awaitable<result<object_info>> stat(std::string key, storage::detail) override {
        note("stat " + key);
        if (fails)
            co_return fails;
        const auto bare = key.ends_with('/') ? key.substr(0, key.size() - 1) : key;
        object_info info;
        if (const auto found = objects.find(bare); found != objects.end()) {
            info.key = bare;
            info.size = found->second;
            co_return info;
        }
        const auto below = objects.lower_bound(bare + '/');
        if (!key.empty() && (below == objects.end() || !below->first.starts_with(bare + '/')))
            co_return error_code(errc::not_found);
        info.directory = true;
        co_return info;
    }

    awaitable<result<list_page>> list(list_request request) override {
        note("list " + request.prefix + (request.names_only ? " names" : ""));
        if (lists_throw)
            throw std::bad_alloc();
        if (fails)
            co_return fails;
        list_page page;
        for (auto at = objects.upper_bound(std::max(request.token, request.prefix));
             at != objects.end() && at->first.starts_with(request.prefix); ++at) {
            if (page.entries.size() == 2) {
                page.next = page.entries.back().key;
                co_return page;
            }
            object_info info;
            info.key = at->first;
            info.directory = at->first.ends_with('/');
            info.size = at->second;
            page.entries.push_back(info);
        }
        co_return page;
    }

    awaitable<result<std::unique_ptr<body>>> read(std::string key, std::uint64_t offset,
                                                  std::stop_token) override {
        note("read " + key + ' ' + std::to_string(offset));
        co_return error_code(errc::unavailable);
    }
    awaitable<result<std::unique_ptr<upload>>> open_upload(upload_request r) override {
        note("upload " + r.key + ' ' + std::to_string(r.offset) +
             (r.existing == overwrite::refused ? " new" : "") +
             (r.missing == parents::create ? "" : " strict"));
        co_return error_code(errc::unavailable);
    }
    awaitable<result<>> make_directory(std::string key, parents) override {
        return done("mkd " + key);
    }
    awaitable<result<>> remove(std::string key) override { return done("remove " + key); }
    awaitable<result<>> remove_directory(std::string key) override { return done("rmd " + key); }
    awaitable<result<>> rename(rename_request r) override {
        return done("rename " + r.from + ' ' + r.to);
    }
    awaitable<result<put_result>> copy(copy_request r) override {
        static_cast<void>(done("copy " + r.from + ' ' + r.to));
        co_return put_result();
    }
    awaitable<result<>> set_modified(std::string key, timestamp) override {
        return done("time " + key);
    }
    awaitable<result<std::string>> digest(std::string key, hash_algorithm,
                                          std::stop_token) override {
        note("digest " + key);
        co_return std::string("hash");
    }
    awaitable<result<std::uint64_t>> free_space() override { co_return std::uint64_t{7}; }

    void hidden_by_directory(const std::string& key) override { note("hidden " + key); }

private:
    void note(std::string what) { asked.push_back(std::move(what)); }
    awaitable<result<>> done(std::string what) {
        note(std::move(what));
        if (fails)
            co_return fails;
        co_return result<>();
    }
};

mount mounted(const std::string& at, std::shared_ptr<recording_store> store,
              const std::string& prefix, bool read_only = false) {
    mount m;
    m.path = path(at);
    m.bucket = store->name;
    m.store = std::move(store);
    m.prefix = prefix;
    m.read_only = read_only;
    return m;
}

// "/in" and "/a/b" show two parts of one store, "/a/b/other" another store, "/kept" is read-only.
class tree_test {
public:
    event_loop loop;
    std::shared_ptr<recording_store> main =
        std::make_shared<recording_store>(std::map<std::string, std::uint64_t>{
            {"incoming/f", 5}, {"incoming/d/g", 6}, {"deep/x", 1}});
    std::shared_ptr<recording_store> other =
        std::make_shared<recording_store>(std::map<std::string, std::uint64_t>(), "other/files");
    virtual_filesystem tree{{mounted("/in", main, "incoming/"), mounted("/a/b", main, "deep/"),
                             mounted("/a/b/other", other, ""),
                             mounted("/kept", main, "old/", true)}};

    template <class T>
    T run(awaitable<T> work) {
        return loop.run(std::move(work));
    }
    std::string last_asked() const { return main->asked.empty() ? "nothing" : main->asked.back(); }

    result<std::vector<entry>> list(const std::string& at, std::vector<std::string>& names,
                                    const std::string& name_prefix = {}) {
        auto listing = run(tree.list(path(at), name_prefix, false));
        if (!listing)
            return listing.error();
        std::vector<entry> all;
        while (!listing->done()) {
            const auto page = run(listing->next());
            if (!page)
                return page.error();
            for (const auto& e : *page) {
                all.push_back(e);
                names.emplace_back(e.name);
            }
        }
        return all;
    }
    std::set<std::string> names_in(const std::string& at) {
        std::vector<std::string> names;
        value_of(list(at, names));
        return {names.begin(), names.end()};
    }
};

} // namespace

TEST_CASE_METHOD(tree_test, "a path is the prefix of its mount and the rest as a key") {
    CHECK(value_of(run(tree.stat(path("/in/f")))).size == 5);
    CHECK(last_asked() == "stat incoming/f");
    run(tree.read(path("/in/d/g"), 3));
    CHECK(last_asked() == "read incoming/d/g 3");
    run(tree.remove(path("/a/b/x")));
    CHECK(last_asked() == "remove deep/x");
    run(tree.make_directory(path("/in/new"), parents::create));
    CHECK(last_asked() == "mkd incoming/new/");
    run(tree.remove_directory(path("/in/d")));
    CHECK(last_asked() == "rmd incoming/d/");
    run(tree.rename(path("/in/f"), path("/a/b/f"), rename_options()));
    CHECK(last_asked() == "rename incoming/f deep/f");
    run(tree.digest(path("/in/f"), hash_algorithm::md5, {}));
    CHECK(last_asked() == "digest incoming/f");
}

TEST_CASE_METHOD(tree_test, "the deepest mount above a path holds it") {
    run(tree.remove(path("/a/b/other/f")));
    CHECK(other->asked.back() == "remove f");
    run(tree.remove(path("/a/b/otherwise")));
    CHECK(last_asked() == "remove deep/otherwise");
}

TEST_CASE_METHOD(tree_test, "an upload passes on what it may do") {
    upload_options options;
    options.existing = overwrite::refused;
    options.offset = 9;
    options.missing = parents::must_exist;
    run(tree.open_upload(path("/in/f"), options));
    CHECK(last_asked() == "upload incoming/f 9 new strict");
}

TEST_CASE_METHOD(tree_test, "directories above mounts exist, other paths there do not") {
    for (const auto* at : {"/", "/a", "/in", "/a/b", "/a/b/other"}) {
        INFO(at);
        CHECK(value_of(run(tree.stat(path(at)))).directory);
    }
    for (const auto* at : {"/x", "/a/x", "/inn", "/in/missing"}) {
        INFO(at);
        CHECK(error_of(run(tree.stat(path(at)))) == errc::not_found);
        CHECK_FALSE(run(tree.read(path(at), 0)));
    }
    CHECK(error_of(run(tree.read(path("/x"), 0))) == errc::not_found);
}

TEST_CASE_METHOD(tree_test, "a mount whose store fails is an error, not an empty directory") {
    main->fails = errc::unavailable;
    CHECK(error_of(run(tree.stat(path("/in")))) == errc::unavailable);
    std::vector<std::string> names;
    CHECK(error_of(list("/in", names)) == errc::unavailable);
}

TEST_CASE_METHOD(tree_test, "a listing is the store's entries by their names, and the mounts") {
    main->objects = {
        {"deep/", 0}, {"deep/other/", 0}, {"deep/x", 1}, {"deep/y/", 0}, {"deep/z", 3}};
    CHECK(names_in("/") == std::set<std::string>{"in", "a", "kept"});
    CHECK(names_in("/a") == std::set<std::string>{"b"});
    std::vector<std::string> names;
    const auto all = value_of(list("/a/b", names));
    CHECK(std::set(names.begin(), names.end()) == std::set<std::string>{"other", "x", "y", "z"});
    CHECK(names.size() == 4); // the mount hides what has its name
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(all[i].directory == (names[i] == "other" || names[i] == "y"));
        CHECK(all[i].size == (names[i] == "z" ? 3u : names[i] == "x" ? 1u : 0u));
    }
}

TEST_CASE_METHOD(tree_test, "a store is told of files that do not show for a directory's name") {
    main->abilities.real_directories = false;
    const auto told = [&] { return std::ranges::count(main->asked, "hidden incoming/a"); };
    std::vector<std::string> names;
    SECTION("on the same page") {
        main->objects = {{"incoming/a", 1}, {"incoming/a/", 0}, {"incoming/b", 1}};
        value_of(list("/in", names));
        CHECK(names == std::vector<std::string>{"a", "b"});
        CHECK(told() == 1);
    }
    SECTION("on a later page") {
        main->objects = {
            {"incoming/a", 1}, {"incoming/a-b", 1}, {"incoming/a-c", 1}, {"incoming/a/", 0}};
        value_of(list("/in", names));
        CHECK(names == std::vector<std::string>{"a-b", "a-c", "a"});
        CHECK(told() == 1);
    }
    SECTION("but not of others") {
        main->objects = {{"incoming/a", 1}, {"incoming/a-b", 1}, {"incoming/b/", 0}};
        value_of(list("/in", names));
        CHECK(told() == 0);
    }
}

TEST_CASE_METHOD(tree_test, "a name prefix narrows what the store is asked for") {
    std::vector<std::string> names;
    main->objects = {{"incoming/2025", 1}, {"incoming/2026-1", 1}, {"incoming/2026-2", 1}};
    value_of(list("/in", names, "2026"));
    CHECK(names == std::vector<std::string>{"2026-1", "2026-2"});
    CHECK(last_asked() == "list incoming/2026");
}

TEST_CASE_METHOD(tree_test, "a file cannot be listed") {
    std::vector<std::string> names;
    CHECK(error_of(list("/in/f", names)) == errc::not_a_directory);
    CHECK(error_of(list("/in/missing", names)) == errc::not_found);
}

TEST_CASE_METHOD(tree_test, "a listing that fails on a later page says so") {
    main->objects = {{"incoming/1", 1}, {"incoming/2", 1}, {"incoming/3", 1}};
    auto listing = value_of(run(tree.list(path("/in"), "", false)));
    CHECK(value_of(run(listing.next())).size() == 2);
    CHECK_FALSE(listing.done());
    main->fails = errc::unavailable;
    CHECK(error_of(run(listing.next())) == errc::unavailable);
}

TEST_CASE_METHOD(tree_test, "a page that is fetched ahead and throws is an error like others") {
    main->abilities.real_directories = false;
    main->objects = {{"deep/1", 1}, {"deep/2", 1}, {"deep/3", 1}};
    auto listing = value_of(run(tree.list(path("/a/b"), std::string(), false)));
    main->lists_throw = true;
    CHECK(value_of(run(listing.next())).size() == 2);
    CHECK(error_of(run(listing.next())) == errc::unavailable);
}

TEST_CASE_METHOD(tree_test, "a read-only mount and what lies beside mounts cannot be changed") {
    main->objects["old/f"] = 1;
    for (const auto* at : {"/kept/f", "/x", "/a/x"}) {
        INFO(at);
        CHECK(error_of(run(tree.remove(path(at)))) == errc::permission_denied);
        CHECK(error_of(run(tree.make_directory(path(at), parents::create))) ==
              errc::permission_denied);
        CHECK(error_of(run(tree.remove_directory(path(at)))) == errc::permission_denied);
        const auto upload = run(tree.open_upload(path(at), upload_options()));
        CHECK(error_of(upload) == errc::permission_denied);
        CHECK(error_of(run(tree.set_modified(path(at), timestamp()))) == errc::permission_denied);
        const auto out = run(tree.rename(path(at), path("/in/g"), rename_options()));
        CHECK(error_of(out) == errc::permission_denied);
        const auto in = run(tree.rename(path("/in/f"), path(at), rename_options()));
        CHECK(error_of(in) == errc::permission_denied);
    }
    CHECK(main->asked.empty());
}

TEST_CASE_METHOD(tree_test, "mounts and what leads to them stay where they are") {
    for (const auto* at : {"/", "/a", "/in", "/a/b"}) {
        INFO(at);
        CHECK(error_of(run(tree.make_directory(path(at), parents::create))) ==
              errc::already_exists);
        CHECK(error_of(run(tree.remove_directory(path(at)))) == errc::permission_denied);
        CHECK(error_of(run(tree.remove(path(at)))) == errc::is_a_directory);
        CHECK(error_of(run(tree.read(path(at), 0))) == errc::is_a_directory);
        CHECK(error_of(run(tree.digest(path(at), hash_algorithm::md5, {}))) ==
              errc::is_a_directory);
        const auto from = run(tree.rename(path(at), path("/in/g"), rename_options()));
        CHECK(error_of(from) == errc::permission_denied);
        const auto onto = run(tree.rename(path("/in/f"), path(at), rename_options()));
        CHECK(error_of(onto) == errc::is_a_directory);
    }
}

TEST_CASE_METHOD(tree_test, "a rename between stores is unsupported") {
    const auto moved = run(tree.rename(path("/in/f"), path("/a/b/other/f"), rename_options()));
    CHECK(error_of(moved) == errc::unsupported);
    CHECK(main->asked.empty());
    CHECK(other->asked.empty());
}

TEST_CASE_METHOD(tree_test, "a directory that holds a mount is not moved with it") {
    virtual_filesystem nested{{mounted("/", main, ""), mounted("/d/inner", other, "")}};
    const auto moved = run(nested.rename(path("/d"), path("/e"), rename_options()));
    CHECK(error_of(moved) == errc::permission_denied);
    CHECK(main->asked.empty());
}

TEST_CASE_METHOD(tree_test, "what a store cannot do is unsupported") {
    CHECK(error_of(run(tree.set_modified(path("/in/f"), timestamp()))) == errc::unsupported);
    CHECK(error_of(run(tree.free_space(path("/in")))) == errc::unsupported);
    CHECK(error_of(run(tree.free_space(path("/")))) == errc::unsupported);
    main->abilities.sets_modified = true;
    main->abilities.knows_space = true;
    value_of(run(tree.set_modified(path("/in/f"), timestamp())));
    CHECK(last_asked() == "time incoming/f");
    CHECK(value_of(run(tree.free_space(path("/in")))) == 7);
}

TEST_CASE_METHOD(tree_test, "the log is told store, bucket and key") {
    CHECK(tree.describe(path("/in/f")) == "main/files incoming/f");
    CHECK(tree.describe(path("/nowhere")).empty());
}
