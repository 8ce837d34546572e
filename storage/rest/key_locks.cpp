#include "storage/rest/key_locks.hpp"

namespace objftpd::storage::rest {

key_locks::turn::~turn() {
    if (locks_)
        locks_->leave(key_, number_);
}

void key_locks::leave(const std::string& key, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(key);
    auto& line = found->second;
    std::erase(line.numbers, number);
    line.changed.notify_all();
    if (line.numbers.empty())
        lines_.erase(found);
}

awaitable<key_locks::turn> key_locks::wait(std::string key) {
    std::unique_lock lock(mutex_);
    const auto number = next_number_++;
    auto& line = lines_[key];
    line.numbers.push_back(number);
    turn mine(shared_from_this(), std::move(key), number);
    while (line.numbers.front() != number)
        co_await line.changed.wait(lock);
    lock.unlock();
    co_return mine;
}

} // namespace objftpd::storage::rest
