#include "storage/rest/read_ahead.hpp"

#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

namespace objftpd::storage::rest {

// Lives until the last fetch has ended.
struct read_ahead::shared {
    shared(std::shared_ptr<memory_budget> m, const asio::any_io_executor& executor)
        : memory(std::move(m)), member(memory->join_without_share()), changed(executor) {}

    void end() {
        stop.request_stop();
        changed.notify();
    }

    const std::shared_ptr<memory_budget> memory;
    const std::shared_ptr<memory_budget::member> member;
    std::stop_source stop;
    async_signal changed; // bytes have come or gone, or somebody has ended
};

struct read_ahead::range {
    explicit range(object_range s) : source(std::move(s)) {}

    struct piece {
        memory_budget::chunk memory;
        std::size_t begin = 0; // of what has not been read yet
        std::size_t end = 0;
    };

    object_range source;
    std::deque<piece> waiting;
    bool is_fetched = false; // by a coroutine of its own, as long as it is not the first
    bool is_first = false;
    error_code failed;
};

read_ahead::read_ahead(std::shared_ptr<const bucket_access> bucket,
                       std::shared_ptr<const object_version> of, std::uint64_t first,
                       std::uint64_t end, std::unique_ptr<http::exchange> stream,
                       const asio::any_io_executor& executor, std::stop_token stop)
    : bucket_(std::move(bucket)), of_(std::move(of)), executor_(executor), next_(end),
      shared_(std::make_shared<shared>(bucket_->memory, executor)),
      on_stop_(std::move(stop), [all = shared_] { all->end(); }) {
    object_range source(bucket_, of_, first, end, std::move(stream), shared_->stop.get_token());
    ranges_.push_back(std::make_shared<range>(std::move(source)));
}

read_ahead::~read_ahead() {
    shared_->end();
}

void read_ahead::begin_ranges() {
    while (ranges_.size() < bucket_->settings.parallel_reads && next_ < of_->size) {
        const auto end = std::min(next_ + bucket_->settings.part_size, of_->size);
        object_range source(bucket_, of_, next_, end, nullptr, shared_->stop.get_token());
        next_ = end;
        auto& added = ranges_.emplace_back(std::make_shared<range>(std::move(source)));
        added->is_fetched = true;
        asio::co_spawn(executor_, fetch(shared_, added),
                       [all = shared_, mine = added](const std::exception_ptr& bug) {
                           if (bug)
                               mine->failed = errc::unavailable;
                           mine->is_fetched = false;
                           all->changed.notify();
                       });
    }
}

awaitable<void> read_ahead::fill_chunk(shared& all, range& mine, memory_budget::chunk memory) {
    range::piece filled;
    filled.memory = std::move(memory);
    const std::span room(filled.memory.data(), memory_budget::chunk_size);
    while (filled.end < room.size() && mine.source.remaining() > 0 && !mine.failed &&
           !mine.is_first) {
        const auto n = co_await mine.source.read_some(room.subspan(filled.end));
        if (n)
            filled.end += *n;
        else
            mine.failed = n.error();
    }
    if (filled.end > 0)
        mine.waiting.push_back(std::move(filled));
    all.changed.notify();
}

awaitable<void> read_ahead::fetch(std::shared_ptr<shared> all, std::shared_ptr<range> mine) {
    while (!mine->is_first && !mine->failed && mine->source.remaining() > 0 &&
           !all->stop.stop_requested()) {
        auto memory = all->memory->try_take_spare(all->member);
        if (memory)
            co_await fill_chunk(*all, *mine, std::move(memory));
        else
            co_await all->changed.wait(); // for some of this download to be read
    }
}

awaitable<result<std::size_t>> read_ahead::read_some(std::span<char> buffer) {
    for (;;) {
        begin_ranges();
        if (ranges_.empty())
            co_return std::size_t{0};
        auto& first = *ranges_.front();
        if (!std::exchange(first.is_first, true))
            shared_->changed.notify(); // it need not wait for memory any more
        if (!first.waiting.empty()) {
            auto& piece = first.waiting.front();
            const auto n = std::min(buffer.size(), piece.end - piece.begin);
            std::memcpy(buffer.data(), piece.memory.data() + piece.begin, n);
            piece.begin += n;
            if (piece.begin == piece.end) {
                first.waiting.pop_front();
                shared_->changed.notify();
            }
            co_return n;
        }
        if (first.is_fetched)
            co_await shared_->changed.wait();
        else if (first.failed)
            co_return first.failed;
        else if (first.source.remaining() > 0)
            co_return co_await first.source.read_some(buffer);
        else
            ranges_.pop_front();
    }
}

} // namespace objftpd::storage::rest
