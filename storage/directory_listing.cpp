#include "storage/directory_listing.hpp"

#include "config/async.hpp"
#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <optional>

namespace objftpd::storage {

void directory_listing::add_mounted() {
    for (const auto& name : mounted_) {
        entry e;
        e.name = name;
        e.directory = true;
        entries_.push_back(e);
    }
}

void directory_listing::add(const object_info& object) {
    entry e;
    e.name = std::string_view(object.key).substr(request_.prefix.rfind('/') + 1);
    if (e.name.ends_with('/'))
        e.name.remove_suffix(1);
    if (e.name.empty()) // the directory's own marker
        return;
    if (std::find(mounted_.begin(), mounted_.end(), e.name) != mounted_.end())
        return;
    e.directory = object.directory;
    e.link = object.link;
    e.writable = writable_;
    e.size = object.size;
    e.modified = object.modified;
    entries_.push_back(e);
}

bool directory_listing::is_in_page(const std::string& key) const {
    return std::ranges::binary_search(page_.entries, key, {}, &object_info::key);
}

// A bucket may hold "a" and "a/b". One of them shows, the directory, as all in it would be lost to
// sight otherwise. "a/" need not follow "a" at once ("a-b" comes between them), not even in the
// same page: such files wait. There are never many: each one's name begins with the one before.
void directory_listing::add_page() {
    released_.clear();
    if (store_->can().real_directories) {
        for (const auto& object : page_.entries)
            add(object);
        return;
    }
    const auto may_still_come = [&](const std::string& directory) {
        return !page_.next.empty() &&
               (page_.entries.empty() || page_.entries.back().key < directory);
    };
    std::vector<object_info> waiting;
    for (auto& file : waiting_) {
        const auto directory = file.key + '/';
        if (may_still_come(directory))
            waiting.push_back(std::move(file));
        else if (is_in_page(directory))
            store_->hidden_by_directory(file.key);
        else
            released_.push_back(std::move(file));
    }
    for (const auto& file : released_) // from pages before: in the order of the keys
        add(file);
    for (const auto& object : page_.entries) {
        const auto directory = object.key + '/';
        if (object.directory)
            add(object);
        else if (may_still_come(directory))
            waiting.push_back(object);
        else if (is_in_page(directory))
            store_->hidden_by_directory(object.key);
        else
            add(object);
    }
    waiting_ = std::move(waiting);
}

void directory_listing::show_unfinished(std::vector<object_info> all) {
    std::erase_if(all, [this](const object_info& upload) {
        return !upload.key.starts_with(request_.prefix);
    });
    unfinished_ = std::move(all);
}

void directory_listing::add_unfinished() {
    std::erase_if(unfinished_, [this](const object_info& upload) {
        return std::ranges::any_of(page_.entries, [&](const object_info& there) {
            return there.key == upload.key || there.key == upload.key + '/';
        });
    });
    if (!done_)
        return;
    for (const auto& upload : unfinished_) {
        const auto before = entries_.size();
        add(upload);
        if (entries_.size() > before)
            entries_.back().unfinished = true;
    }
}

struct directory_listing::fetched {
    explicit fetched(const asio::any_io_executor& executor) : changed(executor) {}

    async_signal changed;
    std::optional<result<list_page>> page;
};

awaitable<void> directory_listing::fetch() {
    const auto executor = co_await asio::this_coro::executor;
    ahead_ = std::make_shared<fetched>(executor);
    const auto work = [](std::shared_ptr<adapter> store, list_request request,
                         std::shared_ptr<fetched> into) -> awaitable<void> {
        into->page.emplace(co_await store->list(std::move(request)));
        into->changed.notify();
    };
    asio::co_spawn(executor, work(store_, request_, ahead_),
                   [into = ahead_](const std::exception_ptr& bug) {
                       if (!bug)
                           return;
                       into->page.emplace(make_error_code(errc::unavailable));
                       into->changed.notify();
                   });
}

// What has been taken already.
awaitable<void> directory_listing::begin_with(list_page first) {
    const auto executor = co_await asio::this_coro::executor;
    ahead_ = std::make_shared<fetched>(executor);
    ahead_->page.emplace(std::move(first));
}

awaitable<result<list_page>> directory_listing::take_page() {
    if (!ahead_)
        co_return co_await store_->list(request_);
    const auto ahead = std::exchange(ahead_, nullptr);
    while (!ahead->page)
        co_await ahead->changed.wait();
    co_return std::move(*ahead->page);
}

awaitable<result<std::span<const entry>>> directory_listing::next() {
    entries_.clear();
    if (std::exchange(first_, false))
        add_mounted();
    if (store_) {
        auto page = co_await take_page();
        if (!page)
            co_return page.error();
        page_ = std::move(*page);
        request_.token = page_.next;
        if (!page_.next.empty() && !store_->can().real_directories)
            co_await fetch();
        add_page();
    }
    done_ = !store_ || page_.next.empty();
    add_unfinished();
    co_return std::span<const entry>(entries_);
}

} // namespace objftpd::storage
