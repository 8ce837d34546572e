#include "storage/layers/stat_cache.hpp"

#include "storage/error.hpp"

#include <optional>
#include <utility>

namespace objftpd::storage::layers {
namespace {

struct question {
    async_condition answered_now;
    bool answered = false;
    result<object_info> answer = error_code(errc::unavailable);
};

} // namespace

// What is known, and what is being asked for.
class stat_cache::memory {
public:
    explicit memory(stat_cache_settings settings) : settings_(std::move(settings)) {}

    /// Counts changes: what was asked for before one may be outdated when it is answered.
    std::uint64_t epoch() {
        const std::lock_guard lock(mutex_);
        return epoch_;
    }

    void learn(const std::vector<object_info>& told, std::uint64_t since) {
        const std::lock_guard lock(mutex_);
        if (since != epoch_)
            return;
        for (const auto& info : told)
            put(info);
    }

    /// Forgets the object and the directories above it; a directory with all that is known.
    void forget(std::string_view key) {
        const std::lock_guard lock(mutex_);
        ++epoch_;
        asked_.clear();
        if (key.empty() || key.ends_with('/')) {
            known_.clear();
            by_age_.clear();
            return;
        }
        drop(std::string(key));
        for (auto slash = key.rfind('/'); slash != key.npos && slash > 0;
             slash = key.rfind('/', slash - 1))
            drop(std::string(key.substr(0, slash + 1)));
    }

    /// The answer that is known or that somebody else waits for; nothing if the caller is to ask
    /// `to_ask` itself, and then must tell_all().
    awaitable<std::optional<result<object_info>>>
    find(std::string key, std::shared_ptr<question>& to_ask, std::uint64_t& since) {
        std::unique_lock lock(mutex_);
        std::optional<result<object_info>> found;
        drop_old();
        if (const auto at = known_.find(key); at != known_.end()) {
            found.emplace(at->second->info);
            co_return found;
        }
        auto& asked = asked_[key];
        if (!asked) {
            asked = std::make_shared<question>();
            to_ask = asked;
            since = epoch_;
            co_return found;
        }
        const auto theirs = asked;
        while (!theirs->answered)
            co_await theirs->answered_now.wait(lock);
        found.emplace(theirs->answer);
        co_return found;
    }

    void tell_all(const std::string& key, question& asked, result<object_info> answer,
                  std::uint64_t since) {
        const std::lock_guard lock(mutex_);
        if (const auto at = asked_.find(key); at != asked_.end() && at->second.get() == &asked)
            asked_.erase(at);
        if (answer && since == epoch_)
            put(*answer);
        asked.answer = std::move(answer);
        asked.answered = true;
        asked.answered_now.notify_all();
    }

    // Whatever happens to a coroutine that asks, others do not wait for its answer for ever.
    class duty {
    public:
        duty(memory& known, const std::string& key, question& asked, std::uint64_t since)
            : known_(known), key_(key), asked_(asked), since_(since) {}
        duty(const duty&) = delete;
        ~duty() {
            if (!asked_.answered)
                known_.tell_all(key_, asked_, error_code(errc::unavailable), since_);
        }

    private:
        memory& known_;
        const std::string& key_;
        question& asked_;
        const std::uint64_t since_;
    };

private:
    using clock = stat_cache_settings::clock;

    struct remembered {
        object_info info;
        clock::time_point until;
    };

    void put(const object_info& info) {
        if (settings_.entries == 0)
            return;
        drop(info.key);
        while (by_age_.size() >= settings_.entries)
            drop(by_age_.front().info.key);
        by_age_.push_back({info, settings_.now() + settings_.lifetime});
        known_.emplace(by_age_.back().info.key, std::prev(by_age_.end()));
    }

    // By value: it may be the entry's own.
    void drop(std::string key) {
        const auto at = known_.find(key);
        if (at == known_.end())
            return;
        const auto entry = at->second;
        known_.erase(at);
        by_age_.erase(entry);
    }

    void drop_old() {
        const auto now = settings_.now();
        while (!by_age_.empty() && by_age_.front().until <= now)
            drop(by_age_.front().info.key);
    }

    const stat_cache_settings settings_;
    std::mutex mutex_;
    std::uint64_t epoch_ = 0;
    std::list<remembered> by_age_; // all live equally long
    std::unordered_map<std::string_view, std::list<remembered>::iterator> known_; // keys of by_age_
    std::unordered_map<std::string, std::shared_ptr<question>> asked_;
};

// Tells when an object may have changed.
class stat_cache::watched_upload final : public upload {
public:
    watched_upload(std::unique_ptr<upload> inner, std::shared_ptr<memory> known, std::string key)
        : inner_(std::move(inner)), memory_(std::move(known)), key_(std::move(key)) {}

    awaitable<result<>> write(std::span<const char> bytes) override {
        co_return co_await inner_->write(bytes);
    }

    awaitable<result<put_result>> commit(std::span<const char> last) override {
        auto stored = co_await inner_->commit(last);
        memory_->forget(key_);
        co_return stored;
    }

    awaitable<void> abort() override { co_await inner_->abort(); }
    bool can_receive() const override { return inner_->can_receive(); }

    awaitable<result<std::size_t>> receive_from(direct_socket& socket) override {
        co_return co_await inner_->receive_from(socket);
    }

private:
    const std::unique_ptr<upload> inner_;
    const std::shared_ptr<memory> memory_;
    const std::string key_;
};

stat_cache::stat_cache(std::shared_ptr<adapter> inner, stat_cache_settings settings)
    : inner_(std::move(inner)), memory_(std::make_shared<memory>(std::move(settings))) {}

awaitable<result<object_info>> stat_cache::stat(std::string key, detail wanted) {
    if (wanted == detail::version)
        co_return co_await inner_->stat(std::move(key), wanted);
    std::shared_ptr<question> mine;
    std::uint64_t since = 0;
    auto known = co_await memory_->find(key, mine, since);
    if (known)
        co_return std::move(*known);
    const memory::duty to_tell(*memory_, key, *mine, since);
    auto told = co_await inner_->stat(key, wanted);
    if (told)
        told->key = key;
    memory_->tell_all(key, *mine, told, since);
    co_return told;
}

awaitable<result<list_page>> stat_cache::list(list_request request) {
    const auto since = memory_->epoch();
    auto page = co_await inner_->list(std::move(request));
    if (page)
        memory_->learn(page->entries, since);
    co_return page;
}

awaitable<result<std::unique_ptr<body>>> stat_cache::read(std::string key, std::uint64_t offset,
                                                          std::stop_token stop) {
    co_return co_await inner_->read(std::move(key), offset, std::move(stop));
}

awaitable<result<std::unique_ptr<upload>>> stat_cache::open_upload(upload_request request) {
    auto key = request.key;
    auto opened = co_await inner_->open_upload(std::move(request));
    if (!opened)
        co_return opened.error();
    co_return std::make_unique<watched_upload>(std::move(*opened), memory_, std::move(key));
}

awaitable<result<>> stat_cache::make_directory(std::string key, parents missing) {
    const auto made = co_await inner_->make_directory(key, missing);
    memory_->forget(key);
    co_return made;
}

awaitable<result<>> stat_cache::remove(std::string key) {
    const auto removed = co_await inner_->remove(key);
    memory_->forget(key);
    co_return removed;
}

awaitable<result<>> stat_cache::remove_directory(std::string key) {
    const auto removed = co_await inner_->remove_directory(key);
    memory_->forget(key);
    co_return removed;
}

awaitable<result<>> stat_cache::rename(std::string from, std::string to, overwrite existing,
                                       parents missing) {
    const auto renamed = co_await inner_->rename(from, to, existing, missing);
    memory_->forget(from);
    memory_->forget(to);
    co_return renamed;
}

awaitable<result<put_result>> stat_cache::copy(std::string from, std::string to,
                                               overwrite existing) {
    auto copied = co_await inner_->copy(std::move(from), to, existing);
    memory_->forget(to);
    co_return copied;
}

awaitable<result<>> stat_cache::set_modified(std::string key, timestamp modified) {
    const auto set = co_await inner_->set_modified(key, modified);
    memory_->forget(key);
    co_return set;
}

awaitable<result<std::string>> stat_cache::digest(std::string key, hash_algorithm algorithm,
                                                  std::stop_token stop) {
    co_return co_await inner_->digest(std::move(key), algorithm, std::move(stop));
}

awaitable<result<std::uint64_t>> stat_cache::free_space() {
    co_return co_await inner_->free_space();
}

} // namespace objftpd::storage::layers
