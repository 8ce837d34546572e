#include "storage/layers/stat_memory.hpp"

#include "storage/error.hpp"

#include <algorithm>
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
    if (is_directory_alone(key)) {
        found.emplace(error_code(errc::not_found));
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

bool stat_memory::knows_directory(const std::string& key) {
    const std::lock_guard lock(mutex_);
    drop_old();
    return known_.contains(key + '/') && !known_.contains(key);
}

std::uint64_t stat_memory::epoch() {
    const std::lock_guard lock(mutex_);
    return epoch_;
}

void stat_memory::learn(const list_page& page, std::optional<std::string_view> from,
                        std::uint64_t since) {
    const std::lock_guard lock(mutex_);
    if (since != epoch_)
        return;
    const auto& told = page.entries;
    const auto is_alone = [&](const object_info& info) {
        if (!from || !info.key.ends_with('/'))
            return false;
        const auto name = std::string_view(info.key).substr(0, info.key.size() - 1);
        return *from <= name && !std::ranges::binary_search(told, name, {}, &object_info::key);
    };
    for (const auto& info : told)
        put(info, is_alone(info));
}

bool stat_memory::is_directory_alone(const std::string& key) const {
    const auto at = known_.find(key + '/');
    return at != known_.end() && at->second->alone;
}

void stat_memory::forget(std::string_view key) {
    const std::lock_guard lock(mutex_);
    ++epoch_;
    asked_.clear();
    if (key.empty() || key.ends_with('/')) {
        for (auto at = known_.lower_bound(key); at != known_.end() && at->first.starts_with(key);)
            drop((at++)->second);
    } else {
        drop(key);
        if (const auto at = known_.find(std::string(key) + '/'); at != known_.end())
            at->second->alone = false;
    }
    auto name = key.ends_with('/') ? key.substr(0, key.size() - 1) : key;
    for (auto slash = name.rfind('/'); slash != name.npos; slash = name.rfind('/')) {
        drop(name.substr(0, slash + 1));
        name = name.substr(0, slash);
    }
}

void stat_memory::put(const object_info& info, bool alone) {
    if (settings_.entries == 0)
        return;
    drop(info.key);
    while (by_age_.size() >= settings_.entries)
        drop(by_age_.begin());
    by_age_.push_back({info, settings_.now() + settings_.lifetime, alone});
    known_.emplace(by_age_.back().info.key, std::prev(by_age_.end()));
}

void stat_memory::drop(std::string_view key) {
    if (const auto at = known_.find(key); at != known_.end())
        drop(at->second);
}

void stat_memory::drop(std::list<remembered>::iterator entry) {
    known_.erase(entry->info.key);
    by_age_.erase(entry);
}

void stat_memory::drop_old() {
    const auto now = settings_.now();
    while (!by_age_.empty() && by_age_.front().until <= now)
        drop(by_age_.begin());
}

} // namespace objftpd::storage::layers
