#include "storage/open_adapter.hpp"

#include "storage/content_type.hpp"
#include "storage/error.hpp"
#include "storage/local/local_adapter.hpp"
#include "storage/local/local_store.hpp"
#include "storage/memory_budget.hpp"
#include "storage/object_store.hpp"

#include "config/async.hpp"
#include "config/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace objftpd::storage {
namespace {

// Between attempts to finish what a crash or a failing store has left: a store that is started
// beside us is soon there.
constexpr std::chrono::seconds first_pause(1);
constexpr std::chrono::seconds longest_pause(300);

// What was cut off longer ago may be what nobody expects any more.
constexpr std::chrono::hours recovery_time(24);

} // namespace

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

void adapter_registry::recover_on(const asio::any_io_executor& thread) {
    if (!journal_)
        return;
    const auto begin = [this, thread](std::vector<directory_journal::unfinished> left) {
        asio::co_spawn(thread, recover(std::move(left)), asio::detached);
    };
    if (auto left = journal_->left(); !left.empty())
        begin(std::move(left));
    journal_->set_finisher([begin](directory_journal::unfinished one) {
        std::vector<directory_journal::unfinished> left;
        left.push_back(std::move(one));
        begin(std::move(left));
    });
}

awaitable<adapter_registry::recovery>
adapter_registry::recover_one(directory_journal::unfinished& left) {
    const auto store = object_stores_.find(left.what.store);
    const bool is_old = std::chrono::system_clock::now() - left.since > recovery_time;
    if (store == object_stores_.end() || is_old) {
        config::log::error(
            is_old
                ? "a directory's change that was left unfinished long ago is not finished any more"
                : "a directory's change that was left unfinished belongs to a store that is not "
                  "set up",
            {{"store", left.what.store},
             {"bucket", left.what.bucket},
             {"from", left.what.from},
             {"to", left.what.to},
             {"file", left.file},
             {"advice", "look at the directories, then remove the file"}});
        co_return recovery::ended;
    }
    const auto done = co_await store->second->recover(left);
    if (!done) {
        config::log::error("a directory's change that was left unfinished cannot be finished yet",
                           {{"store", left.what.store},
                            {"from", left.what.from},
                            {"to", left.what.to},
                            {"error", done.error().message()},
                            {"advice", "it is tried again"}});
        co_return recovery::fails;
    }
    co_await left.where->remove();
    config::log::info(left.what.to.empty() ? "a removal that was left unfinished is finished"
                                           : "a rename that was left unfinished is finished",
                      {{"from", left.what.from}, {"to", left.what.to}});
    co_return recovery::ended;
}

awaitable<void> adapter_registry::recover(std::vector<directory_journal::unfinished> left) {
    for (auto pause = first_pause; !left.empty(); pause = std::min(2 * pause, longest_pause)) {
        std::vector<directory_journal::unfinished> failing;
        for (auto& one : left) {
            const auto how = co_await recover_one(one);
            if (how == recovery::fails)
                failing.push_back(std::move(one));
        }
        left = std::move(failing);
        if (!left.empty())
            co_await sleep_for(pause);
    }
}

void adapter_registry::log_requests() const {
    for (const auto& [name, store] : object_stores_)
        store->log_requests();
}

} // namespace objftpd::storage
