#include "storage/rest/key_locks.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>

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

key_locks::turn key_locks::reserve(std::string key, share wanted) {
    const std::lock_guard lock(mutex_);
    const auto number = next_number_++;
    lines_[key].places.emplace_back(number, wanted);
    return {shared_from_this(), std::move(key), number};
}

key_locks::place& key_locks::find(const turn& whose) {
    return *std::ranges::find(lines_.at(whose.key_).places, whose.number_, &place::number);
}

awaitable<void> key_locks::turn::reached(std::stop_token stop) {
    std::unique_lock lock(locks_->mutex_);
    const auto& line = locks_->lines_.at(key_);
    auto& own = locks_->find(*this);
    while (!line.is_turn_of(number_) && !stop.stop_requested())
        co_await own.reached.wait(lock, stop);
}

void key_locks::turn::keep_alone() {
    const std::lock_guard lock(locks_->mutex_);
    locks_->find(*this).wanted = share::alone;
}

awaitable<key_locks::turn> key_locks::wait(std::string key, share wanted) {
    auto mine = reserve(std::move(key), wanted);
    co_await mine.reached();
    co_return mine;
}

awaitable<result<key_locks::turn>> key_locks::wait(std::string key, share wanted,
                                                   std::stop_token stop) {
    auto mine = reserve(std::move(key), wanted);
    co_await mine.reached(stop);
    if (stop.stop_requested())
        co_return error_code(asio::error::operation_aborted);
    co_return std::move(mine);
}

} // namespace objftpd::storage::rest
