#pragma once

#include "config/async.hpp"
#include "storage/adapter.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

namespace objftpd::tests {

/// The moments at which a test may interfere with a store.
enum class moment { stat, first_page, next_page, open, read, open_upload, write, commit, change };

/// What a test has planned for each moment: that it fails, or that it waits. Thread-safe.
class script {
public:
    void fails_at(moment m, error_code with) {
        const std::lock_guard lock(mutex_);
        steps_[m].error = with;
    }
    void works_at(moment m) { fails_at(m, error_code()); }

    /// From now on operations wait at this moment until `release`.
    void holds_at(moment m) {
        const std::lock_guard lock(mutex_);
        steps_[m].held = true;
    }
    void release(moment m) {
        const std::lock_guard lock(mutex_);
        steps_[m].held = false;
    }

    /// Waits until an operation has come to where it is held.
    void wait_until_reached(moment m) {
        std::unique_lock lock(mutex_);
        if (!reached_.wait_for(lock, std::chrono::seconds(20), [&] { return steps_[m].waiting; }))
            throw std::runtime_error("the store was not asked");
    }

    /// What an operation does when it comes there; where it is held, `stop` ends it.
    awaitable<error_code> at(moment m, std::stop_token stop = {}) {
        while (is_held(m) && !stop.stop_requested())
            co_await sleep_for(std::chrono::milliseconds(1));
        if (stop.stop_requested())
            co_return asio::error::operation_aborted;
        const std::lock_guard lock(mutex_);
        ++steps_[m].times;
        co_return steps_[m].error;
    }

    /// How many operations have gone on from there.
    int times(moment m) {
        const std::lock_guard lock(mutex_);
        return steps_[m].times;
    }

private:
    struct step {
        error_code error;
        bool held = false;
        bool waiting = false;
        int times = 0;
    };

    bool is_held(moment m) {
        const std::lock_guard lock(mutex_);
        auto& s = steps_[m];
        s.waiting = s.held;
        reached_.notify_all();
        return s.held;
    }

    std::mutex mutex_;
    std::condition_variable reached_;
    std::map<moment, step> steps_;
};

/// A store that works like the one behind it but for what the script says. Nothing goes past the
/// interface by sendfile and the like.
class scripted_store final : public storage::adapter {
public:
    scripted_store(std::shared_ptr<storage::adapter> inner, script& plan)
        : inner_(std::move(inner)), plan_(plan) {}

    storage::capabilities can() const override { return inner_->can(); }

    awaitable<result<storage::object_info>> stat(std::string key, storage::detail d) override {
        if (const auto failed = co_await plan_.at(moment::stat))
            co_return failed;
        co_return co_await inner_->stat(std::move(key), d);
    }

    awaitable<result<storage::list_page>> list(storage::list_request request) override {
        const auto page = request.token.empty() ? moment::first_page : moment::next_page;
        if (const auto failed = co_await plan_.at(page, request.stop))
            co_return failed;
        request.limit = std::min<std::size_t>(request.limit, 10);
        co_return co_await inner_->list(std::move(request));
    }

    awaitable<result<std::unique_ptr<storage::body>>> read(std::string key, std::uint64_t offset,
                                                           std::stop_token stop) override {
        if (const auto failed = co_await plan_.at(moment::open))
            co_return failed;
        auto opened = co_await inner_->read(std::move(key), offset, std::move(stop));
        if (!opened)
            co_return opened.error();
        co_return std::make_unique<scripted_body>(std::move(*opened), plan_);
    }

    awaitable<result<std::unique_ptr<storage::upload>>>
    open_upload(storage::upload_request request) override {
        if (const auto failed = co_await plan_.at(moment::open_upload))
            co_return failed;
        auto opened = co_await inner_->open_upload(std::move(request));
        if (!opened)
            co_return opened.error();
        co_return std::make_unique<scripted_upload>(std::move(*opened), plan_);
    }

    awaitable<result<>> make_directory(std::string key, storage::parents missing) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->make_directory(std::move(key), missing);
    }
    awaitable<result<>> remove(std::string key) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->remove(std::move(key));
    }
    awaitable<result<>> remove_directory(std::string key) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->remove_directory(std::move(key));
    }
    awaitable<result<>> rename(storage::rename_request request) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->rename(std::move(request));
    }
    awaitable<result<storage::put_result>> copy(storage::copy_request request) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->copy(std::move(request));
    }
    awaitable<result<>> remove_tree(storage::remove_tree_request request) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->remove_tree(std::move(request));
    }
    awaitable<result<>> set_modified(std::string key, storage::timestamp modified) override {
        if (const auto failed = co_await plan_.at(moment::change))
            co_return failed;
        co_return co_await inner_->set_modified(std::move(key), modified);
    }
    awaitable<result<std::string>> digest(std::string key, storage::hash_algorithm a,
                                          std::stop_token stop) override {
        if (const auto failed = co_await plan_.at(moment::open))
            co_return failed;
        co_return co_await inner_->digest(std::move(key), a, std::move(stop));
    }
    awaitable<result<std::uint64_t>> free_space() override {
        co_return co_await inner_->free_space();
    }

private:
    class scripted_body final : public storage::body {
    public:
        scripted_body(std::unique_ptr<storage::body> inner, script& plan)
            : inner_(std::move(inner)), plan_(plan) {}
        const storage::object_info& info() const override { return inner_->info(); }
        std::uint64_t remaining() const override { return inner_->remaining(); }
        awaitable<result<std::size_t>> read_some(std::span<char> buffer) override {
            if (inner_->remaining() < inner_->info().size) { // the first bytes always come
                if (const auto failed = co_await plan_.at(moment::read))
                    co_return failed;
            }
            co_return co_await inner_->read_some(buffer.first(std::min(buffer.size(), max_read)));
        }

    private:
        static constexpr std::size_t max_read = 1000;
        std::unique_ptr<storage::body> inner_;
        script& plan_;
    };

    class scripted_upload final : public storage::upload {
    public:
        scripted_upload(std::unique_ptr<storage::upload> inner, script& plan)
            : inner_(std::move(inner)), plan_(plan) {}
        awaitable<result<>> write(std::span<const char> bytes) override {
            if (const auto failed = co_await plan_.at(moment::write))
                co_return failed;
            co_return co_await inner_->write(bytes);
        }
        awaitable<result<storage::put_result>> commit(std::span<const char> last) override {
            if (const auto failed = co_await plan_.at(moment::commit))
                co_return failed;
            co_return co_await inner_->commit(last);
        }
        awaitable<void> abort() override { co_await inner_->abort(); }

    private:
        std::unique_ptr<storage::upload> inner_;
        script& plan_;
    };

    std::shared_ptr<storage::adapter> inner_;
    script& plan_;
};

} // namespace objftpd::tests
