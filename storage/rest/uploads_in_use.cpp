#include "storage/rest/uploads_in_use.hpp"

#include "storage/rest/upload_parts.hpp"

#include <chrono>

namespace objftpd::storage::rest {
namespace {

constexpr std::size_t most_let_go = 1000;

} // namespace

void uploads_in_use::add(const std::string& id, std::weak_ptr<upload_parts> parts) {
    const auto whose = parts.lock().get();
    const std::lock_guard lock(mutex_);
    by_id_[id] = use{std::move(parts), whose};
}

void uploads_in_use::remove(const std::string& id, const upload_parts* parts) {
    const std::lock_guard lock(mutex_);
    const auto at = by_id_.find(id);
    if (at == by_id_.end() || at->second.whose != parts)
        return;
    by_id_.erase(at);
    let_go_.emplace_back(id, std::chrono::system_clock::now());
    if (let_go_.size() > most_let_go)
        let_go_.pop_front();
}

bool uploads_in_use::has(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    return by_id_.contains(id);
}

std::optional<timestamp> uploads_in_use::let_go(const std::string& id) const {
    const std::lock_guard lock(mutex_);
    for (auto at = let_go_.rbegin(); at != let_go_.rend(); ++at)
        if (at->first == id)
            return at->second;
    return std::nullopt;
}

void uploads_in_use::take_over(const std::string& id) {
    std::shared_ptr<upload_parts> before;
    {
        const std::lock_guard lock(mutex_);
        if (const auto at = by_id_.find(id); at != by_id_.end())
            before = at->second.parts.lock();
    }
    if (before)
        before->hand_over();
}

} // namespace objftpd::storage::rest
