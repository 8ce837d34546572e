#pragma once

#include "storage/adapter.hpp"

#include "config/async_condition.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace objftpd::storage::layers {

struct stat_cache_settings {
    using clock = std::chrono::steady_clock;

    std::chrono::milliseconds lifetime{5'000};
    std::size_t entries = 10'000; // at most
    std::function<clock::time_point()> now = clock::now;
};

/// What is known of a bucket's objects, and what is being asked for: one for all stat_caches in
/// front of that bucket. Thread-safe.
class stat_memory {
    struct asked;

public:
    explicit stat_memory(stat_cache_settings settings) : settings_(std::move(settings)) {}

    /// The duty to ask the store, and to tell those who wait for the same.
    class question {
    public:
        question(stat_memory& known, std::string key, std::shared_ptr<asked> what,
                 std::uint64_t since)
            : known_(known), key_(std::move(key)), what_(std::move(what)), since_(since) {}
        question(const question&) = delete;
        /// Nobody waits for ever, whatever happened to who asked.
        ~question();

        void tell(const result<object_info>& answer);

    private:
        stat_memory& known_;
        const std::string key_;
        const std::shared_ptr<asked> what_;
        const std::uint64_t since_;
        bool told_ = false;
    };

    /// The answer that is known or that somebody else waits for; nothing if the caller is to ask
    /// `mine` itself.
    awaitable<std::optional<result<object_info>>> find(std::string key,
                                                       std::optional<question>& mine);

    /// Whether a directory is known to be there under the key, and no object is known besides.
    bool knows_directory(const std::string& key);

    /// Counts changes: what was asked for before one may be outdated when it is answered.
    std::uint64_t epoch();

    /// Takes a page of a listing that began in the epoch `since`. If it is in the order of its
    /// keys, and holds all from the key `from` to its last, then a directory in it is known to have
    /// no object of its name beside it where that would stand in the page too.
    void learn(const list_page& page, std::optional<std::string_view> from, std::uint64_t since);

    /// Forgets the object and the directories above it; a directory with all that is in it.
    void forget(std::string_view key);

private:
    using clock = stat_cache_settings::clock;

    struct remembered {
        object_info info;
        clock::time_point until;
        bool alone = false; // a directory beside which no object of its name was listed
    };

    bool is_directory_alone(const std::string& key) const;
    void put(const object_info& info, bool alone = false);
    void drop(std::string_view key);
    void drop(std::list<remembered>::iterator entry);
    void drop_old();

    const stat_cache_settings settings_;
    std::mutex mutex_; // guards all below
    std::uint64_t epoch_ = 0;
    std::list<remembered> by_age_;                                      // all live equally long
    std::map<std::string_view, std::list<remembered>::iterator> known_; // keys of by_age_
    std::unordered_map<std::string, std::shared_ptr<asked>> asked_;
};

} // namespace objftpd::storage::layers
