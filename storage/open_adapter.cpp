#include "storage/open_adapter.hpp"

#include "storage/content_type.hpp"
#include "storage/error.hpp"
#include "storage/local/local_adapter.hpp"
#include "storage/local/local_store.hpp"
#include "storage/memory_budget.hpp"
#include "storage/object_store.hpp"

#include "config/log.hpp"

namespace objftpd::storage {

adapter_registry::adapter_registry(worker_pool& disk, std::size_t upload_memory,
                                   const std::string& journal_folder)
    : disk_(disk), upload_memory_(std::make_shared<memory_budget>(upload_memory)) {
    if (!journal_folder.empty())
        journal_ = std::make_shared<directory_journal>(journal_folder, disk);
}

result<> adapter_registry::open(const config::store_settings& settings) {
    if (settings.type != config::store_type::local) {
        load_content_types(); // or the first upload would read them on an I/O thread
        object_stores_[settings.name] =
            std::make_shared<object_store>(settings, upload_memory_, disk_, journal_);
        return {};
    }
    auto store = local::local_store::open(settings.path, settings.durability, disk_);
    if (!store)
        return store.error();
    stores_[settings.name] = std::move(*store);
    keep_unfinished_[settings.name] = settings.keep_unfinished;
    return {};
}

result<std::shared_ptr<adapter>> adapter_registry::bucket(const std::string& store,
                                                          const std::string& bucket,
                                                          const config::upload_attributes& own) {
    if (const auto found = object_stores_.find(store); found != object_stores_.end())
        return found->second->open_bucket(bucket, own);
    auto& known = local_buckets_[{store, bucket}];
    if (!known) {
        const auto& opened = stores_.at(store);
        auto directory = opened->open_bucket(bucket);
        if (!directory)
            return directory.error();
        auto unfinished = std::make_shared<const local::unfinished_files>(
            opened, bucket, keep_unfinished_.at(store));
        known = std::make_shared<local::local_adapter>(opened, std::move(*directory),
                                                       std::move(unfinished));
    }
    return known;
}

std::vector<directory_journal::unfinished> adapter_registry::unfinished() const {
    return journal_ ? journal_->left() : std::vector<directory_journal::unfinished>();
}

awaitable<void> adapter_registry::recover(std::vector<directory_journal::unfinished> left) {
    for (auto& [what, where] : left) {
        const auto store = object_stores_.find(what.store);
        const auto from = what.from;
        const auto to = what.to;
        const bool finish = what.all_copied;
        result<> done = error_code(errc::not_found);
        if (store != object_stores_.end())
            done = co_await store->second->recover(std::move(what));
        if (done)
            co_await where->remove();
        config::log::write(
            done ? config::log_level::info : config::log_level::error,
            to.empty() ? "a removal that was cut off is finished"
            : finish   ? "a rename that was cut off is finished"
                       : "a rename that was cut off is undone",
            {{"from", from}, {"to", to}, {"error", done ? std::string() : done.error().message()}});
    }
}

void adapter_registry::log_requests() const {
    for (const auto& [name, store] : object_stores_)
        store->log_requests();
}

} // namespace objftpd::storage
