#pragma once

#include "config/result.hpp"
#include "config/worker_pool.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::storage {

/// Directories that are being renamed by copies, or removed with all that is in them, as files in a
/// folder of this gateway: what a crash leaves half done is finished or undone from them. A record
/// is durable before the first copy is made, and says so before the first original is deleted.
/// Thread-safe.
class directory_journal {
public:
    struct object {
        std::string name; // below the directory
        std::string etag; // of the original
        std::uint64_t size = 0;
        std::int64_t modified = 0; // seconds of UTC
    };

    struct record {
        std::string store;
        std::string bucket;
        std::string from;        // both end in '/'
        std::string to;          // empty: it is removed, and all_copied is set
        bool all_copied = false; // originals may be deleted already
        std::vector<object> objects;
    };

    /// A record as long as its change is under way. Dropping it leaves the file.
    class entry {
    public:
        entry(std::string file, worker_pool& disk) : file_(std::move(file)), disk_(disk) {}

        /// From now on a rename is finished, not undone.
        awaitable<result<>> all_copied();

        /// It is over, durably.
        awaitable<void> remove();

    private:
        const std::string file_;
        worker_pool& disk_;
    };

    /// `folder` is made when missing.
    directory_journal(std::string folder, worker_pool& disk)
        : folder_(std::move(folder)), disk_(disk) {}

    awaitable<result<std::unique_ptr<entry>>> begin(record r);

    struct unfinished {
        record what;
        std::unique_ptr<entry> where;
    };

    /// What an earlier process has left; what it had only begun to write down is removed. Blocks.
    std::vector<unfinished> left();

private:
    const std::string folder_;
    worker_pool& disk_;
    std::atomic<std::uint64_t> next_{0};
};

} // namespace objftpd::storage
