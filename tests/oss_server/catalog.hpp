#pragma once

#include "tests/oss_server/async_lock.hpp"
#include "tests/oss_server/errors.hpp"
#include "tests/oss_server/records.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace objftpd::oss_server {

using upload_key = std::pair<std::string, std::string>; // key, upload id: the order of listings

/// One bucket's content in memory, ordered as listings are.
struct bucket_state {
    bucket_record about;
    std::map<std::string, object_ptr> objects;
    std::map<upload_key, upload_state> uploads;
};

/// All records, in memory for reading and in files of the embedded store. A change is in its
/// file before it is seen. Thread-safe.
class catalog {
public:
    catalog(asio::any_io_executor executor, std::shared_ptr<storage::adapter> records,
            blob_store& blobs);

    /// Reads what earlier runs have left. Throws std::runtime_error when that is damaged.
    awaitable<void> load();

    std::vector<bucket_record> buckets() const;
    std::optional<bucket_record> find_bucket(const std::string& name) const;
    awaitable<outcome<>> create_bucket(bucket_record r);
    awaitable<outcome<>> change_bucket(bucket_record r);

    /// BucketNotEmpty also where uploads are unfinished.
    awaitable<outcome<>> remove_bucket(std::string name);

    /// Null if there is no such object.
    object_ptr find(const std::string& bucket, const std::string& key) const;

    /// Held while an object is looked at and then changed.
    awaitable<async_lock::guard> lock(const std::string& bucket, const std::string& key);

    /// Held while many objects change at once.
    awaitable<std::vector<async_lock::guard>> lock_all();

    /// REQUIRES, for these two: the lock of that key is held. With a hierarchical namespace the
    /// directories above it are made, too.
    awaitable<outcome<>> publish(std::string bucket, object_ptr object);
    awaitable<outcome<>> remove(std::string bucket, std::string key);

    /// Gives objects other names, as one step to all who look. REQUIRES: all is locked, and the new
    /// names are free.
    awaitable<outcome<>> rename(std::string bucket, std::vector<object_ptr> from,
                                std::vector<object_ptr> to);

    awaitable<outcome<>> create_upload(std::string bucket, upload_record r);
    /// Nothing, for these two, if there is no such upload of that key.
    std::optional<upload_record> find_upload(const std::string& bucket, const std::string& key,
                                             const std::string& id) const;
    std::optional<upload_state> copy_upload(const std::string& bucket, const std::string& key,
                                            const std::string& id) const;
    awaitable<outcome<>> put_part(std::string bucket, upload_key upload, part_record part);
    awaitable<outcome<>> remove_upload(std::string bucket, upload_key upload);

    /// Looks at a bucket while nothing in it changes; false if there is none. `look` must be
    /// short.
    template <class Look>
    bool with_bucket(const std::string& name, Look look) const {
        const std::lock_guard guarded(mutex_);
        const auto found = buckets_.find(name);
        if (found == buckets_.end())
            return false;
        look(found->second);
        return true;
    }

private:
    awaitable<outcome<>> publish_one(std::string bucket, object_ptr object);
    awaitable<outcome<>> write(std::string path, std::string text);
    awaitable<outcome<>> erase(std::string path);
    awaitable<std::string> read(std::string path);
    void adopt(const std::string& path, const std::string& text);

    std::shared_ptr<storage::adapter> records_;
    blob_store& blobs_;
    mutable std::mutex mutex_;
    std::map<std::string, bucket_state> buckets_; // guarded by mutex_
    std::deque<async_lock> locks_;
};

} // namespace objftpd::oss_server
