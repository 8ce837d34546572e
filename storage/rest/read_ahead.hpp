#pragma once

#include "storage/rest/object_range.hpp"

#include "config/async.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

namespace objftpd::storage::rest {

/// A download from a store that is far away: ranges of it are fetched at the same time and read in
/// their order. The first of them goes straight to the reader; what the others bring waits in
/// memory that uploads can do without, and where there is none they are held back until it is their
/// turn. Dropping it ends all of them.
///
/// Used by one coroutine; everything runs on the executor that it is given.
class read_ahead {
public:
    /// `stream` delivers the first range, from `first` to `end` (bytes); those that follow are of
    /// the bucket's part size.
    read_ahead(std::shared_ptr<const bucket_access> bucket,
               std::shared_ptr<const object_version> of, std::uint64_t first, std::uint64_t end,
               std::unique_ptr<http::exchange> stream, const asio::any_io_executor& executor,
               std::stop_token stop);
    ~read_ahead();

    /// As object_range has it.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

private:
    struct shared;
    struct range;

    void begin_ranges();
    static awaitable<void> fetch(std::shared_ptr<shared> all, std::shared_ptr<range> mine);
    static awaitable<void> fill_chunk(shared& all, range& mine, memory_budget::chunk memory);

    const std::shared_ptr<const bucket_access> bucket_;
    const std::shared_ptr<const object_version> of_;
    const asio::any_io_executor executor_;
    std::uint64_t next_; // where the next range begins
    const std::shared_ptr<shared> shared_;
    std::deque<std::shared_ptr<range>> ranges_; // in their order
    const std::stop_callback<std::function<void()>> on_stop_;
};

} // namespace objftpd::storage::rest
