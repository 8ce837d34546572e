#include "storage/rest/key_locks.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace objftpd::storage::rest {

void key_locks::turn::release::operator()(waiter* which) const {
    locks->leave(which);
}

void key_locks::leave(const waiter* which) {
    std::shared_ptr<waiter> next;
    {
        const std::lock_guard lock(mutex_);
        const auto queue = queues_.find(which->key);
        auto& all = queue->second;
        const auto mine =
            std::ranges::find_if(all, [&](const auto& w) { return w.get() == which; });
        const bool had_turn = mine == all.begin();
        const auto kept = *mine; // `which` and its key live until the end
        all.erase(mine);
        if (all.empty())
            queues_.erase(queue);
        else if (had_turn)
            next = all.front();
        if (next)
            next->has_turn = true;
    }
    if (next)
        asio::post(next->executor, [next] { next->called.notify(); });
}

awaitable<key_locks::turn> key_locks::wait(std::string key) {
    const auto executor = co_await asio::this_coro::executor;
    const auto me = std::make_shared<waiter>(executor, std::move(key));
    turn mine;
    {
        const std::lock_guard lock(mutex_);
        auto& queue = queues_[me->key];
        me->has_turn = queue.empty();
        queue.push_back(me);
    }
    // From here on the place in the queue is given up with it, also if the coroutine ends early.
    mine.held_ =
        std::unique_ptr<waiter, turn::release>(me.get(), turn::release{shared_from_this()});
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            if (me->has_turn)
                break;
        }
        co_await me->called.wait();
    }
    co_return mine;
}

} // namespace objftpd::storage::rest
