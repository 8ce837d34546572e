#pragma once

#include "config/result.hpp"
#include "storage/adapter.hpp"
#include "storage/checksum/hash.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace objftpd::oss_server {

class blob_store;

/// A file with bytes of an object or a part. It is removed when nobody refers to it any more, so
/// whoever reads an object that is replaced meanwhile reads the old one to its end.
class blob {
public:
    blob(blob_store& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
    blob(const blob&) = delete;
    blob& operator=(const blob&) = delete;
    ~blob();

    const std::string& name() const { return name_; }

private:
    blob_store& owner_;
    std::string name_;
};

/// A blob with its size in bytes. An object is some of them, one behind the other.
struct piece {
    piece(std::shared_ptr<const blob> d, std::uint64_t s) : data(std::move(d)), size(s) {}

    std::shared_ptr<const blob> data;
    std::uint64_t size;
};

/// What has been written.
struct written {
    written(piece p, std::string m, std::uint64_t c)
        : content(std::move(p)), md5(std::move(m)), crc64(c) {}

    piece content;
    std::string md5; // lower-case hex
    std::uint64_t crc64;
};

/// A blob that is being written. Dropped without commit, nothing stays of it.
class blob_writer {
public:
    blob_writer(std::shared_ptr<blob> target, std::unique_ptr<storage::upload> upload)
        : target_(std::move(target)), upload_(std::move(upload)) {}

    awaitable<result<>> write(std::span<const char> bytes);

    /// The MD5 of all bytes with these last ones, lower-case hex. Then only commit may follow.
    const std::string& digest(std::span<const char> last);

    /// Writes the last bytes; then all is there.
    awaitable<result<written>> commit(std::span<const char> last);

    /// Bytes written so far.
    std::uint64_t size() const { return size_; }

private:
    std::shared_ptr<blob> target_;
    std::unique_ptr<storage::upload> upload_;
    storage::hash md5_{storage::hash_algorithm::md5};
    std::string digest_; // once it is complete
    std::uint64_t crc64_ = 0;
    std::uint64_t size_ = 0;
};

/// All blobs, in one bucket of the embedded store. Thread-safe.
class blob_store {
public:
    blob_store(asio::any_io_executor executor, std::shared_ptr<storage::adapter> adapter)
        : executor_(std::move(executor)), adapter_(std::move(adapter)) {}

    awaitable<result<std::unique_ptr<blob_writer>>> create();

    /// Opens a piece for reading.
    awaitable<result<std::unique_ptr<storage::body>>> read(const piece& p, std::uint64_t offset);

    /// A blob that a record of an earlier run names.
    std::shared_ptr<const blob> adopt(std::string name);

    /// Removes what an earlier run left behind and no record names.
    awaitable<result<>> sweep(const std::set<std::string>& known);

    /// From now on nothing is removed: the server ends, and its records stay.
    void close() { closed_ = true; }

private:
    friend class blob;
    void remove(std::string name);

    asio::any_io_executor executor_;
    std::shared_ptr<storage::adapter> adapter_;
    std::atomic<bool> closed_ = false;
};

/// Reads a range of an object that is made of pieces.
class content_reader {
public:
    /// REQUIRES: the range lies within the pieces.
    content_reader(blob_store& store, std::vector<piece> pieces, std::uint64_t offset,
                   std::uint64_t length);

    /// The next bytes into the front of `buffer`; 0 at the end.
    awaitable<result<std::size_t>> read_some(std::span<char> buffer);

    std::uint64_t remaining() const { return remaining_; }

private:
    blob_store& store_;
    std::vector<piece> pieces_;
    std::size_t next_ = 0;     // the piece to be read
    std::uint64_t offset_ = 0; // in it
    std::uint64_t remaining_;
    std::unique_ptr<storage::body> body_; // of that piece, once it is open
};

} // namespace objftpd::oss_server
