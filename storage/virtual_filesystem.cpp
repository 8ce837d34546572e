#include "storage/virtual_filesystem.hpp"

#include "storage/error.hpp"

#include <algorithm>

namespace objftpd::storage {
namespace {

constexpr std::size_t page_size = 1000;

std::string as_directory(std::string key) {
    if (!key.empty() && !key.ends_with('/'))
        key += '/';
    return key;
}

} // namespace

virtual_filesystem::location virtual_filesystem::locate(const virtual_path& path) const {
    location best;
    for (const auto& m : mounts_) {
        const bool deeper =
            best.where == nullptr || m.path.text().size() > best.where->path.text().size();
        if (path.is_within(m.path) && deeper)
            best.where = &m;
    }
    if (best.where != nullptr) {
        best.key = best.where->prefix;
        best.key += path.below(best.where->path);
    }
    return best;
}

bool virtual_filesystem::holds_mount(const virtual_path& path) const {
    return std::any_of(mounts_.begin(), mounts_.end(),
                       [&](const mount& m) { return m.path.is_within(path); });
}

std::vector<std::string> virtual_filesystem::mounted_in(const virtual_path& path) const {
    std::vector<std::string> names;
    for (const auto& m : mounts_) {
        if (m.path == path || !m.path.is_within(path))
            continue;
        const auto below = m.path.below(path);
        std::string name(below.substr(0, below.find('/')));
        if (std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(std::move(name));
    }
    return names;
}

result<virtual_filesystem::location>
virtual_filesystem::locate_writable(const virtual_path& path) const {
    if (holds_mount(path))
        return errc::is_a_directory;
    auto found = locate(path);
    if (found.where == nullptr || found.where->read_only)
        return errc::permission_denied;
    return found;
}

// Object stores know files and directories apart: each is a request of its own.
awaitable<result<entry>> virtual_filesystem::stat_either(const location& where,
                                                         expected kind) const {
    auto& store = *where.where->store;
    const bool apart = !store.can().real_directories && !where.key.ends_with('/');
    const auto directory = as_directory(where.key);
    const bool directory_first = apart && kind == expected::directory;
    auto info = co_await store.stat(directory_first ? directory : where.key, detail::basic);
    if (!info && apart && info.error() == errc::not_found)
        info = co_await store.stat(directory_first ? where.key : directory, detail::basic);
    if (!info)
        co_return info.error();
    entry e;
    e.directory = info->directory;
    e.size = info->size;
    e.modified = info->modified;
    co_return e;
}

// A directory that holds nothing but what broke off is there for the owner, to go on with it.
awaitable<result<entry>> virtual_filesystem::stat_unfinished(const location& where,
                                                             expected kind) const {
    if (owner_.empty() || where.where->read_only)
        co_return error_code(errc::not_found);
    const auto key = kind == expected::directory ? as_directory(where.key) : where.key;
    const auto found = co_await where.where->store->unfinished(key, owner_);
    if (!found)
        co_return found.error();
    if (found->empty())
        co_return error_code(errc::not_found);
    entry e;
    if (kind == expected::directory) {
        e.directory = true;
        co_return e;
    }
    e.size = found->front().size;
    e.modified = found->front().modified;
    e.unfinished = true;
    co_return e;
}

awaitable<result<entry>> virtual_filesystem::stat(virtual_path path, expected kind) const {
    entry e;
    e.directory = true;
    const auto found = locate(path);
    const bool leads_to_mount = holds_mount(path);
    if (found.where == nullptr) {
        if (!leads_to_mount)
            co_return error_code(errc::not_found);
        e.writable = false;
        co_return e;
    }
    e.writable = !found.where->read_only;
    // A mount, and what leads to one, is there even while its prefix holds nothing yet.
    if (leads_to_mount && !found.where->store->can().real_directories)
        co_return e;
    auto known = co_await stat_either(found, kind);
    if (!known && known.error() == errc::not_found && !leads_to_mount)
        known = co_await stat_unfinished(found, kind);
    if (!known) {
        if (known.error() != errc::not_found || !leads_to_mount)
            co_return known.error();
        co_return e;
    }
    known->writable = e.writable;
    known->directory = known->directory || leads_to_mount;
    co_return *known;
}

// The listing itself tells whether there is such a directory.
awaitable<result<>> virtual_filesystem::open_first_page(directory_listing& listing,
                                                        const location& where, virtual_path path,
                                                        bool narrowed) const {
    auto first = co_await listing.take_page();
    if (!first)
        co_return first.error();
    const bool empty = first->entries.empty() && first->next.empty() && first->hidden == 0;
    co_await listing.begin_with(std::move(*first));
    if (!empty || holds_mount(path) || !listing.unfinished_.empty())
        co_return result<>();
    if (narrowed) {
        const auto whole = co_await stat_either(where, expected::directory);
        if (!whole)
            co_return whole.error();
        if (!whole->directory)
            co_return errc::not_a_directory;
        co_return result<>();
    }
    const auto file = co_await where.where->store->stat(where.key, detail::basic);
    if (file && file->directory) // marked by an object without a slash
        co_return result<>();
    co_return file ? make_error_code(errc::not_a_directory) : file.error();
}

awaitable<result<directory_listing>> virtual_filesystem::list(virtual_path path,
                                                              std::string name_prefix,
                                                              bool names_only,
                                                              std::stop_token stop) const {
    const auto found = locate(path);
    const bool apart = found.where != nullptr && !found.where->store->can().real_directories;
    bool writable = apart && !found.where->read_only;
    if (!apart) {
        auto itself = co_await stat(path);
        if (!itself && itself.error() == errc::not_found && !owner_.empty())
            itself = co_await stat(path, expected::directory);
        if (!itself)
            co_return itself.error();
        if (!itself->directory)
            co_return error_code(errc::not_a_directory);
        writable = itself->writable;
    }
    std::shared_ptr<adapter> store;
    if (found.where != nullptr)
        store = found.where->store;
    list_request request(as_directory(found.key) + name_prefix, std::string(), page_size);
    request.names_only = names_only;
    request.stop = std::move(stop);
    directory_listing listing(std::move(store), std::move(request), writable, mounted_in(path));
    if (listing.store_ && writable && !owner_.empty()) {
        auto broken_off = co_await listing.store_->unfinished(as_directory(found.key), owner_);
        if (broken_off) // who may not list uploads lists objects all the same
            listing.show_unfinished(std::move(*broken_off));
    }
    if (apart) {
        const auto opened = co_await open_first_page(listing, found, path, !name_prefix.empty());
        if (!opened)
            co_return opened.error();
    }
    co_return listing;
}

awaitable<result<std::unique_ptr<body>>>
virtual_filesystem::read(virtual_path path, std::uint64_t offset, std::stop_token stop) const {
    const auto found = locate(path);
    if (holds_mount(path))
        co_return error_code(errc::is_a_directory);
    if (found.where == nullptr)
        co_return error_code(errc::not_found);
    co_return co_await found.where->store->read(found.key, offset, std::move(stop));
}

awaitable<result<std::unique_ptr<upload>>>
virtual_filesystem::open_upload(virtual_path path, upload_options options) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error();
    upload_request request(found->key, options.existing);
    request.offset = options.offset;
    request.missing = options.missing;
    request.stop = options.stop;
    request.expected_size = options.expected_size;
    request.goes_on = options.goes_on;
    if (options.may_go_on)
        request.owner = owner_;
    co_return co_await found->where->store->open_upload(std::move(request));
}

awaitable<result<>> virtual_filesystem::make_directory(virtual_path path, parents missing) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error() == errc::is_a_directory ? make_error_code(errc::already_exists)
                                                        : found.error();
    co_return co_await found->where->store->make_directory(as_directory(found->key), missing);
}

awaitable<result<>> virtual_filesystem::remove(virtual_path path) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error();
    auto& store = *found->where->store;
    const auto removed = co_await store.remove(found->key);
    const bool missing = !removed && removed.error() == errc::not_found;
    if (owner_.empty() || (!removed && !missing))
        co_return removed;
    // What broke off would show now.
    const auto unfinished = co_await store.remove_unfinished(found->key, owner_);
    co_return missing ? unfinished : removed;
}

awaitable<result<>> virtual_filesystem::remove_directory(virtual_path path) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error() == errc::is_a_directory ? make_error_code(errc::permission_denied)
                                                        : found.error();
    co_return co_await found->where->store->remove_directory(as_directory(found->key));
}

awaitable<result<>> virtual_filesystem::rename(virtual_path from, virtual_path to,
                                               rename_options options) const {
    const auto source = locate_writable(from);
    if (!source)
        co_return source.error() == errc::is_a_directory ? make_error_code(errc::permission_denied)
                                                         : source.error();
    const auto target = locate_writable(to);
    if (!target)
        co_return target.error();
    if (source->where->bucket != target->where->bucket)
        co_return error_code(errc::unsupported);
    rename_request request(source->key, target->key, options.existing);
    request.missing = options.missing;
    request.stop = std::move(options.stop);
    request.progress = std::move(options.progress);
    co_return co_await target->where->store->rename(std::move(request));
}

awaitable<result<put_result>> virtual_filesystem::copy(virtual_path from, virtual_path to,
                                                       rename_options options) const {
    const auto source = locate(from);
    if (holds_mount(from))
        co_return errc::is_a_directory;
    if (source.where == nullptr)
        co_return errc::not_found;
    const auto target = locate_writable(to);
    if (!target)
        co_return target.error();
    if (source.where->bucket != target->where->bucket)
        co_return errc::unsupported;
    copy_request request(source.key, target->key, options.existing);
    request.missing = options.missing;
    request.stop = std::move(options.stop);
    request.progress = std::move(options.progress);
    co_return co_await target->where->store->copy(std::move(request));
}

awaitable<result<>> virtual_filesystem::remove_tree(virtual_path path, std::stop_token stop,
                                                    std::shared_ptr<work_progress> progress) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error() == errc::is_a_directory ? make_error_code(errc::permission_denied)
                                                        : found.error();
    remove_tree_request request(as_directory(found->key));
    request.stop = std::move(stop);
    request.progress = std::move(progress);
    co_return co_await found->where->store->remove_tree(std::move(request));
}

awaitable<error_code> virtual_filesystem::measure_below(const location& where, std::stop_token stop,
                                                        std::shared_ptr<work_progress> progress,
                                                        tree_size& sum) const {
    list_request request(as_directory(where.key), std::string(), page_size);
    request.recursive = true;
    request.stop = std::move(stop);
    do {
        const auto page = co_await where.where->store->list(request);
        if (!page)
            co_return page.error();
        for (const auto& entry : page->entries) {
            if (entry.directory)
                continue;
            ++sum.files;
            sum.bytes += entry.size;
        }
        if (progress)
            progress->done = sum.files;
        request.token = page->next;
    } while (!request.token.empty());
    co_return error_code();
}

awaitable<result<tree_size>>
virtual_filesystem::measure(virtual_path path, std::stop_token stop,
                            std::shared_ptr<work_progress> progress) const {
    tree_size sum;
    const auto itself = co_await stat(path, expected::directory);
    if (!itself)
        co_return itself.error();
    if (!itself->directory) {
        sum.files = 1;
        sum.bytes = itself->size;
        co_return sum;
    }
    std::vector<location> all;
    if (auto here = locate(path); here.where != nullptr)
        all.push_back(std::move(here));
    for (const auto& m : mounts_)
        if (m.path != path && m.path.is_within(path))
            all.push_back(locate(m.path));
    for (const auto& where : all)
        if (const auto failed = co_await measure_below(where, stop, progress, sum))
            co_return failed;
    co_return sum;
}

void virtual_filesystem::forget(const virtual_path& path) const {
    for (const auto& m : mounts_)
        if (m.path.is_within(path))
            m.store->forget(m.prefix);
    if (const auto found = locate(path); found.where != nullptr)
        found.where->store->forget(found.key);
}

awaitable<result<>> virtual_filesystem::set_modified(virtual_path path, timestamp modified) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error();
    if (!found->where->store->can().sets_modified)
        co_return error_code(errc::unsupported);
    co_return co_await found->where->store->set_modified(found->key, modified);
}

awaitable<result<std::string>> virtual_filesystem::digest(virtual_path path,
                                                          hash_algorithm algorithm,
                                                          std::stop_token stop) const {
    const auto found = locate(path);
    if (holds_mount(path))
        co_return error_code(errc::is_a_directory);
    if (found.where == nullptr)
        co_return error_code(errc::not_found);
    co_return co_await found.where->store->digest(found.key, algorithm, std::move(stop));
}

awaitable<result<std::uint64_t>> virtual_filesystem::free_space(virtual_path path) const {
    const auto found = locate(path);
    if (found.where == nullptr || !found.where->store->can().knows_space)
        co_return error_code(errc::unsupported);
    co_return co_await found.where->store->free_space();
}

std::string virtual_filesystem::describe(const virtual_path& path) const {
    const auto found = locate(path);
    return found.where == nullptr ? std::string() : found.where->bucket + ' ' + found.key;
}

} // namespace objftpd::storage
