#pragma once

#include "storage/adapter.hpp"
#include "storage/rest/bucket_access.hpp"
#include "storage/rest/directories.hpp"

#include <memory>

namespace objftpd::storage::rest {

class object_upload;

/// A bucket of an object store, OSS or S3, as an adapter. A file and a directory may have the same
/// name. Nothing is asked of the store that an operation does not need itself.
class object_store_adapter final : public adapter {
public:
    explicit object_store_adapter(std::shared_ptr<const bucket_access> bucket)
        : bucket_(std::move(bucket)), directories_(bucket_) {}

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
    awaitable<result<std::vector<named_value>>> property_of(std::string key,
                                                            property which) override;
    awaitable<result<>> set_property(std::string key, property which,
                                     std::vector<named_value> to) override;
    awaitable<result<signed_url>> sign_url(std::string key, std::chrono::seconds lifetime) override;
    awaitable<result<archive_state>> restore(std::string key, unsigned days) override;
    awaitable<result<std::vector<upload_in_parts>>>
    uploads_in_parts(std::string key, std::size_t most, std::stop_token stop) override;
    awaitable<result<>> abort_upload(std::string key, std::string id) override;
    void hidden_by_directory(const std::string& key) override;
    awaitable<result<std::uint64_t>> free_space() override;

private:
    bool fits(const std::string& key) const;
    awaitable<result<>> is_there(std::string key) const;
    bool is_listed(const std::string& key) const;
    awaitable<result<>> require_file_place(const copy_request& request) const;
    awaitable<result<>> go_on(object_upload& upload, const upload_request& request);
    awaitable<result<>> rename_directory(rename_request request);
    awaitable<error_code> why_missing(std::string key, std::stop_token stop = {});

    const std::shared_ptr<const bucket_access> bucket_;
    const directories directories_;
};

} // namespace objftpd::storage::rest
