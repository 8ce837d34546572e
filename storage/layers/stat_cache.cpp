#include "storage/layers/stat_cache.hpp"

#include "storage/error.hpp"

#include <utility>

namespace objftpd::storage::layers {

// Tells when an object may have changed.
class stat_cache::watched_upload final : public upload {
public:
    watched_upload(std::unique_ptr<upload> inner, std::shared_ptr<stat_memory> known,
                   std::string key)
        : inner_(std::move(inner)), memory_(std::move(known)), key_(std::move(key)) {}

    awaitable<result<>> write(std::span<const char> bytes) override {
        co_return co_await inner_->write(bytes);
    }

    awaitable<result<put_result>> commit(std::span<const char> last) override {
        auto stored = co_await inner_->commit(last);
        memory_->forget(key_);
        co_return stored;
    }

    awaitable<void> abort() override { co_await inner_->abort(); }
    awaitable<void> suspend() override { co_await inner_->suspend(); }
    void leave() override { inner_->leave(); }
    bool can_receive() const override { return inner_->can_receive(); }

    awaitable<result<std::size_t>> receive_from(direct_socket& socket) override {
        co_return co_await inner_->receive_from(socket);
    }

private:
    const std::unique_ptr<upload> inner_;
    const std::shared_ptr<stat_memory> memory_;
    const std::string key_;
};

awaitable<result<object_info>> stat_cache::stat(std::string key, detail wanted) {
    if (wanted == detail::version)
        co_return co_await inner_->stat(std::move(key), wanted);
    std::optional<stat_memory::question> mine;
    auto known = co_await memory_->find(key, mine);
    if (known)
        co_return std::move(*known);
    auto told = co_await inner_->stat(key, wanted);
    if (told)
        told->key = key;
    mine->tell(told);
    co_return told;
}

awaitable<result<list_page>> stat_cache::list(list_request request) {
    const auto can = inner_->can();
    const auto since = memory_->epoch();
    const bool first = request.token.empty();
    const auto prefix = request.prefix;
    auto page = co_await inner_->list(std::move(request));
    if (!page)
        co_return page;
    const auto& told = page->entries;
    if (first && prefix.ends_with('/') && told.empty() && page->next.empty() && page->hidden == 0)
        memory_->forget(prefix); // no directory, though it may have been one
    std::optional<std::string_view> from;
    if (!told.empty() && can.sorted_listing && !can.real_directories)
        from = first ? prefix : told.front().key;
    if (can.lists_times)
        memory_->learn(*page, from, since);
    co_return page;
}

awaitable<result<std::unique_ptr<body>>> stat_cache::read(std::string key, std::uint64_t offset,
                                                          std::stop_token stop) {
    co_return co_await inner_->read(std::move(key), offset, std::move(stop));
}

awaitable<result<std::unique_ptr<upload>>> stat_cache::open_upload(upload_request request) {
    auto key = request.key;
    if (memory_->knows_directory(key))
        co_return errc::is_a_directory;
    auto opened = co_await inner_->open_upload(std::move(request));
    if (!opened)
        co_return opened.error();
    co_return std::make_unique<watched_upload>(std::move(*opened), memory_, std::move(key));
}

awaitable<result<std::vector<object_info>>> stat_cache::unfinished(std::string key,
                                                                   std::string owner) {
    co_return co_await inner_->unfinished(std::move(key), std::move(owner));
}

awaitable<result<>> stat_cache::remove_unfinished(std::string key, std::string owner) {
    co_return co_await inner_->remove_unfinished(std::move(key), std::move(owner));
}

awaitable<result<std::size_t>> stat_cache::clean_up(clean_up_request request) {
    co_return co_await inner_->clean_up(std::move(request));
}

awaitable<result<>> stat_cache::make_directory(std::string key, parents missing) {
    const auto made = co_await inner_->make_directory(key, missing);
    memory_->forget(key);
    co_return made;
}

awaitable<result<>> stat_cache::remove(std::string key) {
    const auto removed = co_await inner_->remove(key);
    memory_->forget(key);
    co_return removed;
}

awaitable<result<>> stat_cache::remove_directory(std::string key) {
    const auto removed = co_await inner_->remove_directory(key);
    memory_->forget(key);
    co_return removed;
}

awaitable<result<>> stat_cache::rename(rename_request request) {
    const auto from = request.from;
    const auto to = request.to;
    const auto renamed = co_await inner_->rename(std::move(request));
    forget(from);
    forget(to);
    co_return renamed;
}

awaitable<result<put_result>> stat_cache::copy(copy_request request) {
    const auto to = request.to;
    auto copied = co_await inner_->copy(std::move(request));
    memory_->forget(to);
    co_return copied;
}

awaitable<result<>> stat_cache::remove_tree(remove_tree_request request) {
    const auto key = request.key;
    const auto removed = co_await inner_->remove_tree(std::move(request));
    memory_->forget(key);
    co_return removed;
}

// It may be a directory's name without its slash.
void stat_cache::forget(const std::string& key) {
    memory_->forget(key);
    memory_->forget(key + '/');
    inner_->forget(key);
}

awaitable<result<>> stat_cache::set_modified(std::string key, timestamp modified) {
    const auto set = co_await inner_->set_modified(key, modified);
    memory_->forget(key);
    co_return set;
}

awaitable<result<std::string>> stat_cache::digest(std::string key, hash_algorithm algorithm,
                                                  std::stop_token stop) {
    co_return co_await inner_->digest(std::move(key), algorithm, std::move(stop));
}

awaitable<result<std::vector<named_value>>> stat_cache::property_of(std::string key,
                                                                    property which) {
    co_return co_await inner_->property_of(std::move(key), which);
}

awaitable<result<>> stat_cache::set_property(std::string key, property which,
                                             std::vector<named_value> to) {
    const auto set = co_await inner_->set_property(key, which, std::move(to));
    memory_->forget(key);
    co_return set;
}

awaitable<result<signed_url>> stat_cache::sign_url(std::string key, std::chrono::seconds lifetime) {
    co_return co_await inner_->sign_url(std::move(key), lifetime);
}

awaitable<result<archive_state>> stat_cache::restore(std::string key, unsigned days) {
    co_return co_await inner_->restore(std::move(key), days);
}

awaitable<result<std::vector<upload_in_parts>>>
stat_cache::uploads_in_parts(std::string key, std::size_t most, std::stop_token stop) {
    co_return co_await inner_->uploads_in_parts(std::move(key), most, std::move(stop));
}

awaitable<result<>> stat_cache::abort_upload(std::string key, std::string id) {
    co_return co_await inner_->abort_upload(std::move(key), std::move(id));
}

awaitable<result<std::uint64_t>> stat_cache::free_space() {
    co_return co_await inner_->free_space();
}

} // namespace objftpd::storage::layers
