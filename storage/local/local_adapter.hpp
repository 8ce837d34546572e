#pragma once

#include "storage/adapter.hpp"
#include "storage/local/local_store.hpp"
#include "storage/local/unfinished_files.hpp"

namespace objftpd::storage::local {

/// The embedded store: a bucket is a directory, an object is a plain file under its own name,
/// which anyone may look at, back up or drop in. Directories are real. See attributes.hpp for
/// what rides beside a file, private_area.hpp and file_upload.hpp for how writes stay atomic.
///
/// What may block runs on the store's disk threads. Calls that the kernel can answer from
/// memory alone (RESOLVE_CACHED, RWF_NOWAIT) are made on the spot.
class local_adapter final : public adapter {
public:
    local_adapter(std::shared_ptr<local_store> store, descriptor bucket,
                  std::shared_ptr<const unfinished_files> unfinished)
        : store_(std::move(store)), bucket_(std::move(bucket)), unfinished_(std::move(unfinished)) {
    }

    capabilities can() const override;
    awaitable<result<object_info>> stat(std::string key, detail wanted) override;
    awaitable<result<list_page>> list(list_request request) override;
    awaitable<result<std::unique_ptr<body>>> read(std::string key, std::uint64_t offset,
                                                  std::stop_token stop) override;
    awaitable<result<std::unique_ptr<upload>>> open_upload(upload_request request) override;
    awaitable<result<std::vector<object_info>>> unfinished(std::string key,
                                                           std::string owner) override;
    awaitable<result<>> remove_unfinished(std::string key, std::string owner) override;
    awaitable<result<std::size_t>> clean_up(clean_up_request request) override;
    awaitable<result<>> make_directory(std::string key, parents missing) override;
    awaitable<result<>> remove(std::string key) override;
    awaitable<result<>> remove_directory(std::string key) override;
    awaitable<result<>> rename(rename_request request) override;
    awaitable<result<put_result>> copy(copy_request request) override;
    awaitable<result<>> remove_tree(remove_tree_request request) override;
    awaitable<result<>> set_modified(std::string key, timestamp modified) override;
    awaitable<result<std::string>> digest(std::string key, hash_algorithm algorithm,
                                          std::stop_token stop) override;
    awaitable<result<std::uint64_t>> free_space() override;

private:
    awaitable<result<std::unique_ptr<local_adapter>>> open_unfinished(std::string owner);
    awaitable<result<std::vector<object_info>>> list_whole(list_request request);
    error_code sync_directory(int directory) const;
    result<object_info> stat_blocking(const std::string& key, detail wanted) const;
    error_code unlink_blocking(const std::string& key, int flags) const;
    error_code rename_blocking(const std::string& from, const std::string& to, overwrite existing,
                               parents missing) const;

    std::shared_ptr<local_store> store_;
    descriptor bucket_;
    std::shared_ptr<const unfinished_files> unfinished_;
};

} // namespace objftpd::storage::local
