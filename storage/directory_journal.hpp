#pragma once

#include "config/result.hpp"
#include "config/upload_attributes.hpp"
#include "config/worker_pool.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace objftpd::storage {

/// Directories that are being renamed by copies, or removed with all that is in them, as files in a
/// folder of this gateway: what a crash leaves half done is finished from them, and what fails at
/// its end while the process runs on. A record is durable before the first copy is made, and says
/// what the copies are before the first original is deleted. Thread-safe.
class directory_journal {
public:
    struct object {
        std::string name; // below the directory
        std::string etag; // of the original
        std::string copy; // its ETag, of a rename that has made it; empty: not known
        std::uint64_t size = 0;
        std::int64_t modified = 0; // seconds of UTC
    };

    struct record {
        std::string store;
        std::string bucket;
        std::string from;        // both end in '/'
        std::string to;          // empty: it is removed, and all_copied is set
        bool all_copied = false; // originals may be deleted already
        /// What the mount stores its copies with: class, ACL and encryption.
        config::upload_attributes placement;
        std::vector<object> objects;
    };

    /// A record as long as its change is under way. Dropping it leaves the file.
    class entry {
    public:
        entry(std::string file, worker_pool& disk) : file_(std::move(file)), disk_(disk) {}

        /// For people: without the end that tells how far the change is.
        const std::string& file() const { return file_; }

        /// A copy is made, of that name below the directory and with an ETag of its own. Outlives
        /// the process but no power failure: a copy that is not known is not taken for one.
        awaitable<result<>> note_copy(std::string name, std::string etag);

        /// All is copied, as the record says, and the originals may be deleted.
        awaitable<result<>> all_copied(record r);

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
        std::string file;                            // for people
        std::chrono::system_clock::time_point since; // it was written
    };

    /// What an earlier process has left; what it had only begun to write down is removed. Blocks.
    std::vector<unfinished> left();

    /// Who finishes what is handed over, called on any thread. Set before anything is.
    using finisher = std::function<void(unfinished)>;
    void set_finisher(finisher f) { finisher_ = std::move(f); }

    /// All of it is copied, and its originals could not be deleted: somebody does that later, the
    /// next process if nobody else.
    void hand_over(record what, std::unique_ptr<entry> where);

private:
    const std::string folder_;
    worker_pool& disk_;
    finisher finisher_;
    std::atomic<std::uint64_t> next_{0};
};

} // namespace objftpd::storage
