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

void directory_listing::add_mounted() {
    for (const auto& name : mounted_) {
        entry e;
        e.name = name;
        e.directory = true;
        entries_.push_back(e);
    }
}

void directory_listing::add_page() {
    const auto folder = request_.prefix.rfind('/') + 1;
    for (const auto& object : page_.entries) {
        entry e;
        e.name = std::string_view(object.key).substr(folder);
        if (e.name.ends_with('/'))
            e.name.remove_suffix(1);
        if (e.name.empty()) // the directory's own marker
            continue;
        if (std::find(mounted_.begin(), mounted_.end(), e.name) != mounted_.end())
            continue;
        e.directory = object.directory;
        e.link = object.link;
        e.writable = writable_;
        e.size = object.size;
        e.modified = object.modified;
        entries_.push_back(e);
    }
}

awaitable<result<std::span<const entry>>> directory_listing::next() {
    entries_.clear();
    if (std::exchange(first_, false))
        add_mounted();
    if (store_) {
        auto page = co_await store_->list(request_);
        if (!page)
            co_return page.error();
        page_ = std::move(*page);
        request_.token = page_.next;
        add_page();
    }
    done_ = !store_ || page_.next.empty();
    co_return std::span<const entry>(entries_);
}

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

awaitable<result<entry>> virtual_filesystem::stat(virtual_path path) const {
    entry e;
    const auto found = locate(path);
    if (found.where == nullptr) {
        if (!holds_mount(path))
            co_return error_code(errc::not_found);
        e.directory = true;
        e.writable = false;
        co_return e;
    }
    e.writable = !found.where->read_only;
    const auto info = co_await found.where->store->stat(found.key, detail::basic);
    if (!info) {
        // A mount, and what leads to one, is there even while its prefix holds nothing yet.
        if (info.error() != errc::not_found || !holds_mount(path))
            co_return info.error();
        e.directory = true;
        co_return e;
    }
    e.directory = info->directory || holds_mount(path);
    e.size = info->size;
    e.modified = info->modified;
    co_return e;
}

awaitable<result<directory_listing>>
virtual_filesystem::list(virtual_path path, std::string name_prefix, bool names_only) const {
    const auto found = locate(path);
    auto mounted = mounted_in(path);
    const auto itself = co_await stat(path);
    if (!itself)
        co_return itself.error();
    if (!itself->directory)
        co_return error_code(errc::not_a_directory);
    std::shared_ptr<adapter> store;
    if (found.where != nullptr)
        store = found.where->store;
    list_request request(as_directory(found.key) + name_prefix, std::string(), page_size);
    request.names_only = names_only;
    co_return directory_listing(std::move(store), std::move(request), itself->writable,
                                std::move(mounted));
}

awaitable<result<std::unique_ptr<body>>> virtual_filesystem::read(virtual_path path,
                                                                  std::uint64_t offset) const {
    const auto found = locate(path);
    if (holds_mount(path))
        co_return error_code(errc::is_a_directory);
    if (found.where == nullptr)
        co_return error_code(errc::not_found);
    co_return co_await found.where->store->read(found.key, offset);
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
    co_return co_await found->where->store->remove(found->key);
}

awaitable<result<>> virtual_filesystem::remove_directory(virtual_path path) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error() == errc::is_a_directory ? make_error_code(errc::permission_denied)
                                                        : found.error();
    co_return co_await found->where->store->remove_directory(as_directory(found->key));
}

awaitable<result<>> virtual_filesystem::rename(virtual_path from, virtual_path to,
                                               overwrite existing, parents missing) const {
    const auto source = locate_writable(from);
    if (!source)
        co_return source.error() == errc::is_a_directory ? make_error_code(errc::permission_denied)
                                                         : source.error();
    const auto target = locate_writable(to);
    if (!target)
        co_return target.error();
    if (source->where->store != target->where->store)
        co_return error_code(errc::unsupported);
    co_return co_await source->where->store->rename(source->key, target->key, existing, missing);
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
    return found.where == nullptr ? std::string() : found.where->label + ' ' + found.key;
}

} // namespace objftpd::storage
