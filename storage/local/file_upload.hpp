#pragma once

#include "storage/adapter.hpp"
#include "storage/local/attributes.hpp"
#include "storage/local/beneath.hpp"
#include "storage/local/descriptor.hpp"
#include "storage/local/local_store.hpp"
#include "storage/local/unfinished_files.hpp"

#include <atomic>
#include <sys/stat.h>

#include <memory>
#include <string>

namespace objftpd::storage::local {

/// An upload into the private area, published by rename. Nothing touches the disk before the
/// first write or the commit, so a small object costs one turn on a disk thread.
class file_upload final : public upload {
public:
    /// `bucket` is the bucket's directory; it must outlive the upload.
    file_upload(std::shared_ptr<local_store> store, int bucket,
                std::shared_ptr<const unfinished_files> unfinished, upload_request request)
        : store_(std::move(store)), bucket_(bucket), unfinished_(std::move(unfinished)),
          request_(std::move(request)) {}
    ~file_upload() override;

    awaitable<result<>> write(std::span<const char> bytes) override;
    awaitable<result<put_result>> commit(std::span<const char> last) override;
    awaitable<void> abort() override;
    awaitable<void> suspend() override;
    void leave() override { left_ = true; }
    bool can_receive() const override { return true; }
    awaitable<result<std::size_t>> receive_from(direct_socket& socket) override;

private:
    awaitable<error_code> prepare();

    // All of these block and run on a disk thread.
    error_code check_target() const;
    error_code create_file();
    error_code open_head();
    result<descriptor> open_unfinished();
    error_code keep_unfinished();
    error_code copy_head_slice();
    error_code append(const char* data, std::size_t length);
    result<std::size_t> receive(direct_socket& socket);
    error_code publish();
    error_code replace(const location& where);
    error_code check_head_unchanged(const location& where) const;

    std::shared_ptr<local_store> store_;
    int bucket_;
    std::shared_ptr<const unfinished_files> unfinished_;
    upload_request request_;
    descriptor file_;
    std::string name_;               // in the private area; empty when there is nothing to remove
    std::atomic<bool> left_ = false; // nobody waits for the commit
    bool refused_ = false;           // nothing is to be kept of it
    std::uint64_t size_ = 0;
    std::uint64_t crc64_ = 0;
    std::uint64_t written_back_ = 0; // up to here the kernel has been told to write
    attributes attributes_;

    // What stands in front of an append: the version it is taken from, and how far it is copied.
    descriptor head_;
    std::uint64_t head_size_ = 0;
    struct stat head_status_ {};
    std::optional<std::uint64_t> head_crc64_; // known: the copy need not be read
};

} // namespace objftpd::storage::local
