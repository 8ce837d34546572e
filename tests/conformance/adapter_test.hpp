#pragma once

#include "config/async.hpp"
#include "storage/error.hpp"
#include "tests/conformance/adapters_under_test.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>
#include <vector>

namespace objftpd::tests {

using storage::errc;
using storage::overwrite;
using storage::parents;

/// As an offset: append.
inline constexpr auto at_end = storage::upload_request::at_end;

/// What every test of a bucket speaks in: objects, their content and their names. Errors end the
/// test where the operation is only a step; operations under test return their result.
class bucket_speech {
public:
    storage::adapter& store() { return *store_; }
    std::shared_ptr<storage::adapter> shared_store() { return store_; }
    storage::capabilities can() { return store_->can(); }

    template <class T>
    T run(awaitable<T> work) {
        return loop_.run(std::move(work));
    }

    // --- uploads ---

    std::unique_ptr<storage::upload> begin(const std::string& key,
                                           overwrite existing = overwrite::allowed,
                                           std::uint64_t offset = 0) {
        return value_of(try_begin(key, existing, offset));
    }
    result<std::unique_ptr<storage::upload>> try_begin(const std::string& key,
                                                       overwrite existing = overwrite::allowed,
                                                       std::uint64_t offset = 0,
                                                       parents missing = parents::create) {
        storage::upload_request request(key, existing);
        request.offset = offset;
        request.missing = missing;
        return run(store().open_upload(std::move(request)));
    }
    result<> write(storage::upload& to, const std::string& bytes) { return run(to.write(bytes)); }
    result<storage::put_result> commit(storage::upload& to, const std::string& last = {}) {
        return run(to.commit(last));
    }
    void abort(storage::upload& to) { run(to.abort()); }

    /// A whole upload; the first error of its steps. An upload that failed is aborted, as the
    /// interface demands.
    result<storage::put_result> try_put(const std::string& key, const std::string& content,
                                        overwrite existing = overwrite::allowed,
                                        std::uint64_t offset = 0,
                                        parents missing = parents::create) {
        return finish(try_begin(key, existing, offset, missing), content);
    }
    /// The rest of it, in one piece.
    result<storage::put_result> finish(result<std::unique_ptr<storage::upload>> to,
                                       const std::string& content) {
        if (!to)
            return to.error();
        auto stored = commit(**to, content);
        if (!stored)
            abort(**to);
        return stored;
    }
    storage::put_result put(const std::string& key, const std::string& content) {
        return value_of(try_put(key, content));
    }

    /// Stores empty objects under many keys, several at a time.
    void put_all(const std::multiset<std::string>& keys) {
        auto next = keys.begin();
        int working = 16;
        async_signal ended(loop_.context().get_executor());
        const auto worker = [&]() -> awaitable<void> {
            while (next != keys.end()) {
                storage::upload_request request(*next++, overwrite::allowed);
                auto to = co_await store().open_upload(std::move(request));
                if (to)
                    static_cast<void>(co_await (*to)->commit(std::span<const char>()));
            }
            --working;
            ended.notify();
        };
        for (int i = 0; i < working; ++i)
            loop_.start(worker());
        const auto wait_for_all = [&]() -> awaitable<void> {
            while (working > 0)
                co_await ended.wait();
        };
        loop_.run(wait_for_all());
    }

    // --- what is there ---

    result<storage::object_info> try_stat(const std::string& key) {
        return run(store().stat(key, storage::detail::basic));
    }
    storage::object_info stat(const std::string& key) { return value_of(try_stat(key)); }
    storage::object_info version(const std::string& key) {
        return value_of(run(store().stat(key, storage::detail::version)));
    }
    bool exists(const std::string& key) {
        const auto found = try_stat(key);
        if (!found)
            REQUIRE(found.error() == errc::not_found);
        return found.has_value();
    }

    result<std::unique_ptr<storage::body>> try_read(const std::string& key,
                                                    std::uint64_t offset = 0) {
        return run(store().read(key, offset, {}));
    }
    /// The rest of a body, by reads of at most `step` bytes.
    std::string rest_of(storage::body& from, std::size_t step = 1 << 16) {
        std::string content;
        std::vector<char> buffer(step);
        while (const auto n = value_of(run(from.read_some(buffer))))
            content.append(buffer.data(), n);
        return content;
    }
    std::string content(const std::string& key, std::uint64_t offset = 0) {
        return rest_of(*value_of(try_read(key, offset)));
    }

    /// Every entry below a prefix, fetched in pages of `limit`.
    std::vector<storage::object_info> entries(const storage::list_request& wanted) {
        std::vector<storage::object_info> all;
        auto request = wanted;
        do {
            auto page = value_of(run(store().list(request)));
            REQUIRE(page.entries.size() <= request.limit);
            for (auto& e : page.entries)
                all.push_back(std::move(e));
            request.token = page.next;
        } while (!request.token.empty());
        return all;
    }
    /// Their keys in order. A key that a listing tells twice appears twice.
    std::multiset<std::string> keys(const storage::list_request& wanted) {
        std::multiset<std::string> all;
        for (const auto& e : entries(wanted))
            all.insert(e.key);
        return all;
    }
    std::multiset<std::string> keys(const std::string& prefix = {}) {
        const storage::list_request request(prefix, std::string(), 1000);
        return keys(request);
    }

    // --- other operations ---

    result<> make_directory(const std::string& key, parents missing = parents::create) {
        return run(store().make_directory(key, missing));
    }
    result<> remove(const std::string& key) { return run(store().remove(key)); }
    result<> remove_directory(const std::string& key) { return run(store().remove_directory(key)); }
    result<> rename(const std::string& from, const std::string& to,
                    overwrite existing = overwrite::allowed, parents missing = parents::create) {
        storage::rename_request request(from, to, existing);
        request.missing = missing;
        return run(store().rename(std::move(request)));
    }
    result<storage::put_result> copy(const std::string& from, const std::string& to,
                                     overwrite existing = overwrite::allowed,
                                     parents missing = parents::create) {
        storage::copy_request request(from, to, existing);
        request.missing = missing;
        return run(store().copy(std::move(request)));
    }
    result<> remove_tree(const std::string& key) {
        storage::remove_tree_request request(key);
        return run(store().remove_tree(std::move(request)));
    }
    result<std::string> digest(const std::string& key, storage::hash_algorithm algorithm,
                               std::stop_token stop = {}) {
        return run(store().digest(key, algorithm, std::move(stop)));
    }

protected:
    event_loop& loop() { return loop_; }
    void use(std::shared_ptr<storage::adapter> store) { store_ = std::move(store); }

private:
    event_loop loop_;
    std::shared_ptr<storage::adapter> store_;
};

/// Base of tests that every adapter must pass: each runs once for every adapter.
class adapter_test : public bucket_speech {
public:
    adapter_test() : adapter_test(GENERATE(from_range(adapters_under_test()))) {}
    ~adapter_test() { use(nullptr); }

    std::size_t leftovers() { return bucket_->leftovers(); }

protected:
    explicit adapter_test(const adapter_under_test& row)
        : name_(Catch::MessageBuilder("INFO", CATCH_INTERNAL_LINEINFO, Catch::ResultWas::Info)
                << "adapter: " << row.name),
          bucket_(row.make(loop())) {
        use(bucket_->adapter());
    }

private:
    Catch::ScopedMessage name_;
    std::unique_ptr<bucket_under_test> bucket_;
};

/// Base of tests of the embedded store alone, which may look at its files.
class local_adapter_test : public bucket_speech {
public:
    local_adapter_test() : bucket_(config::durability::none) { use(bucket_.adapter()); }
    ~local_adapter_test() { use(nullptr); }

    std::size_t leftovers() { return bucket_.leftovers(); }

    /// The bucket's folder, and a name in it.
    std::filesystem::path folder() const { return bucket_.path(); }
    std::filesystem::path file(const std::string& key) const { return bucket_.path() / key; }
    std::filesystem::path store_folder() const { return bucket_.store_path(); }

    /// Puts a file there by hand, as anyone may.
    void drop_in(const std::string& key, const std::string& content) const {
        std::ofstream(file(key), std::ios::binary) << content;
    }

private:
    local_bucket bucket_;
};

/// Bytes without a short period, so that a block out of place shows.
inline std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (auto& b : bytes) {
        state = state * 1664525 + 1013904223;
        b = static_cast<char>(state >> 24);
    }
    return bytes;
}

} // namespace objftpd::tests
