// What broke off, in the trees of its owners.
#include "storage/local/local_adapter.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/error.hpp"

#include <algorithm>
#include <iterator>

namespace objftpd::storage::local {

// An owner's tree is like a bucket.
awaitable<result<std::unique_ptr<local_adapter>>>
local_adapter::open_unfinished(std::string owner) {
    auto open = [&] { return unfinished_->open(owner); };
    auto tree = co_await offload(store_->disk(), open);
    if (!tree)
        co_return tree.error();
    co_return std::make_unique<local_adapter>(store_, std::move(*tree), unfinished_);
}

awaitable<result<std::vector<object_info>>> local_adapter::unfinished(std::string key,
                                                                      std::string owner) {
    std::vector<object_info> found;
    const auto files = co_await open_unfinished(std::move(owner));
    if (!files && files.error() == errc::not_found)
        co_return found;
    if (!files)
        co_return files.error();
    if (!key.empty() && !key.ends_with('/')) {
        auto info = co_await (*files)->stat(key, detail::basic);
        if (info)
            found.push_back(std::move(*info));
    } else {
        const list_request request(std::move(key), std::string(), 1000);
        auto all = co_await (*files)->list_whole(request);
        if (!all)
            co_return all.error();
        found = std::move(*all);
    }
    std::erase_if(found, [this](const object_info& info) {
        return info.directory || unfinished_->is_too_old(info.modified);
    });
    co_return found;
}

awaitable<result<std::vector<object_info>>> local_adapter::list_whole(list_request request) {
    std::vector<object_info> all;
    do {
        auto page = co_await list(request);
        if (!page)
            co_return page.error();
        std::ranges::move(page->entries, std::back_inserter(all));
        request.token = std::move(page->next);
    } while (!request.token.empty());
    co_return all;
}

awaitable<result<std::size_t>> local_adapter::clean_up(clean_up_request request) {
    std::size_t removed = 0;
    for (const auto& owner : request.owners) {
        const auto files = co_await open_unfinished(owner);
        if (!files && files.error() == errc::not_found)
            continue;
        if (!files)
            co_return files.error();
        list_request wanted(request.prefix, std::string(), 1000);
        wanted.recursive = true;
        const auto all = co_await (*files)->list_whole(std::move(wanted));
        if (!all)
            co_return all.error();
        for (const auto& info : *all) {
            if (info.directory || !unfinished_->is_too_old(info.modified))
                continue;
            result<> done;
            if (!request.only_report)
                done = co_await remove_unfinished(info.key, owner);
            if (!done)
                co_return done.error();
            removed += request.only_report ? 0 : 1;
            config::log::info(request.only_report ? "an unfinished upload would be removed"
                                                  : "an unfinished upload is removed",
                              {{"key", info.key}, {"owner", owner}, {"bytes", info.size}});
        }
    }
    co_return removed;
}

awaitable<result<>> local_adapter::remove_unfinished(std::string key, std::string owner) {
    auto work = [&] { return unfinished_->remove(owner, key); };
    if (const auto failed = co_await offload(store_->disk(), work))
        co_return failed;
    co_return result<>();
}

} // namespace objftpd::storage::local
