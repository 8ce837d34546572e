#include "storage/layers/stat_memory.hpp"

#include "storage/error.hpp"

#include <utility>

namespace objftpd::storage::layers {

struct stat_memory::asked {
    async_condition answered_now;
    bool answered = false;
    result<object_info> answer = error_code(errc::unavailable);
};

stat_memory::question::~question() {
    if (!told_)
        tell(error_code(errc::unavailable));
}

void stat_memory::question::tell(const result<object_info>& answer) {
    const std::lock_guard lock(known_.mutex_);
    told_ = true;
    auto& open = known_.asked_;
    if (const auto at = open.find(key_); at != open.end() && at->second == what_)
        open.erase(at);
    if (answer && since_ == known_.epoch_)
        known_.put(*answer);
    what_->answer = answer;
    what_->answered = true;
    what_->answered_now.notify_all();
}

awaitable<std::optional<result<object_info>>> stat_memory::find(std::string key,
                                                                std::optional<question>& mine) {
    std::unique_lock lock(mutex_);
    std::optional<result<object_info>> found;
    drop_old();
    if (const auto at = known_.find(key); at != known_.end()) {
        found.emplace(at->second->info);
        co_return found;
    }
    auto& open = asked_[key];
    if (!open) {
        open = std::make_shared<asked>();
        mine.emplace(*this, std::move(key), open, epoch_);
        co_return found;
    }
    const auto theirs = open;
    while (!theirs->answered)
        co_await theirs->answered_now.wait(lock);
    found.emplace(theirs->answer);
    co_return found;
}

std::uint64_t stat_memory::epoch() {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

void stat_memory::learn(const std::vector<object_info>& told, std::uint64_t since) {
    const std::lock_guard lock(mutex_);
    if (since != epoch_)
        return;
    for (const auto& info : told)
        put(info);
}

void stat_memory::forget(std::string_view key) {
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

void stat_memory::put(const object_info& info) {
    if (settings_.entries == 0)
        return;
    drop(info.key);
    while (by_age_.size() >= settings_.entries)
        drop(by_age_.front().info.key);
    by_age_.push_back({info, settings_.now() + settings_.lifetime});
    known_.emplace(by_age_.back().info.key, std::prev(by_age_.end()));
}

// By value: it may be the entry's own.
void stat_memory::drop(std::string key) {
    const auto at = known_.find(key);
    if (at == known_.end())
        return;
    const auto entry = at->second;
    known_.erase(at);
    by_age_.erase(entry);
}

void stat_memory::drop_old() {
    const auto now = settings_.now();
    while (!by_age_.empty() && by_age_.front().until <= now)
        drop(by_age_.front().info.key);
}

} // namespace objftpd::storage::layers
