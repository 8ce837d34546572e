#include "storage/rest/key_locks.hpp"

namespace objftpd::storage::rest {

key_locks::turn::~turn() {
    if (locks_)
        locks_->leave(key_, number_);
}

void key_locks::leave(const std::string& key, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = lines_.find(key);
    auto& places = found->second.places;
    places.remove_if([number](const place& p) { return p.number == number; });
    if (places.empty()) {
        lines_.erase(found);
        return;
    }
    for (auto& p : places) { // those whose turn it is now, and nobody else
        if (!found->second.is_turn_of(p.number))
            break;
        p.reached.notify_all();
    }
}

bool key_locks::waiting_line::is_turn_of(std::uint64_t number) const {
    for (const auto& p : places) {
        if (p.number == number)
            return p.wanted == share::with_others || number == places.front().number;
        if (p.wanted == share::alone)
            return false;
    }
    return false;
}

awaitable<key_locks::turn> key_locks::wait(std::string key, share wanted) {
    std::unique_lock lock(mutex_);
    const auto number = next_number_++;
    auto& line = lines_[key];
    auto& own = line.places.emplace_back(number, wanted);
    turn mine(shared_from_this(), std::move(key), number);
    while (!line.is_turn_of(number))
        co_await own.reached.wait(lock);
    lock.unlock();
    co_return mine;
}

} // namespace objftpd::storage::rest
