#pragma once

#include "storage/adapter.hpp"
#include "storage/layers/stat_memory.hpp"

#include <memory>
#include <string>

namespace objftpd::storage::layers {

/// Remembers for some seconds what stat() and listings have told, as clients ask for each name of a
/// listing once more. Who asks for what is being asked for already waits for that answer. Each
/// change made through it makes it forget what it knows of the names, and keeps answers from being
/// taken that were on their way then; others' changes are seen when the time is over. That a name
/// is missing is remembered in one case alone: a listing showed a directory of that name and would
/// have shown the object beside it. Only stat() is answered from memory: whatever changes or reads
/// an object asks the store, but that an upload to what is known to be a directory is refused at
/// once. Thread-safe.
class stat_cache final : public adapter {
public:
    stat_cache(std::shared_ptr<adapter> inner, std::shared_ptr<stat_memory> known)
        : inner_(std::move(inner)), memory_(std::move(known)) {}

    capabilities can() const override { return inner_->can(); }
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
    void forget(const std::string& key) override;
    void hidden_by_directory(const std::string& key) override { inner_->hidden_by_directory(key); }
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
    awaitable<result<std::uint64_t>> free_space() override;

private:
    class watched_upload;

    const std::shared_ptr<adapter> inner_;
    const std::shared_ptr<stat_memory> memory_;
};

} // namespace objftpd::storage::layers
