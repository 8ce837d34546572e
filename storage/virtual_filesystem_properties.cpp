#include "storage/error.hpp"
#include "storage/virtual_filesystem.hpp"

namespace objftpd::storage {

result<virtual_filesystem::location>
virtual_filesystem::locate_file(const virtual_path& path) const {
    if (holds_mount(path))
        return errc::is_a_directory;
    auto found = locate(path);
    if (found.where == nullptr)
        return errc::not_found;
    return found;
}

result<virtual_path> virtual_filesystem::path_of(const mount& where, const std::string& key) const {
    if (!key.starts_with(where.prefix) || !is_addressable(key))
        return errc::permission_denied;
    return virtual_path::resolve(where.path, key.substr(where.prefix.size()));
}

awaitable<result<std::vector<named_value>>> virtual_filesystem::property_of(virtual_path path,
                                                                            property which) const {
    const auto found = locate_file(path);
    if (!found)
        co_return found.error();
    co_return co_await found->where->store->property_of(found->key, which);
}

awaitable<result<>> virtual_filesystem::set_property(virtual_path path, property which,
                                                     std::vector<named_value> to) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error();
    co_return co_await found->where->store->set_property(found->key, which, std::move(to));
}

awaitable<result<signed_url>> virtual_filesystem::sign_url(virtual_path path,
                                                           std::chrono::seconds lifetime) const {
    const auto found = locate_file(path);
    if (!found)
        co_return found.error();
    co_return co_await found->where->store->sign_url(found->key, lifetime);
}

awaitable<result<archive_state>> virtual_filesystem::restore(virtual_path path,
                                                             unsigned days) const {
    const auto found = locate_file(path);
    if (!found)
        co_return found.error();
    co_return co_await found->where->store->restore(found->key, days);
}

awaitable<result<>> virtual_filesystem::make_link(virtual_path path, virtual_path target) const {
    const auto there = locate_file(target);
    if (!there)
        co_return there.error();
    const auto here = locate_writable(path);
    if (!here)
        co_return here.error();
    if (here->where->bucket != there->where->bucket)
        co_return errc::unsupported;
    std::vector<named_value> to;
    to.emplace_back(std::string(), there->key);
    co_return co_await here->where->store->set_property(here->key, property::link, std::move(to));
}

awaitable<result<virtual_path>> virtual_filesystem::read_link(virtual_path path) const {
    const auto found = locate_file(path);
    if (!found)
        co_return found.error();
    const auto told = co_await found->where->store->property_of(found->key, property::link);
    if (!told)
        co_return told.error();
    result<virtual_path> target = errc::permission_denied;
    for (const auto& m : mounts_)
        if (!target && m.bucket == found->where->bucket)
            target = path_of(m, told->front().value);
    co_return target;
}

awaitable<result<std::vector<upload_in_parts>>>
virtual_filesystem::uploads_in_parts(virtual_path path, std::size_t most,
                                     std::stop_token stop) const {
    const auto found = locate(path);
    if (found.where == nullptr)
        co_return error_code(errc::unsupported);
    auto key = found.key;
    if (key.ends_with('/')) // a mount's prefix
        key.pop_back();
    auto told =
        co_await found.where->store->uploads_in_parts(std::move(key), most, std::move(stop));
    if (!told)
        co_return told.error();
    for (auto& upload : *told) {
        const auto shown = path_of(*found.where, upload.key);
        upload.key = shown ? shown->text() : std::string();
    }
    co_return told;
}

awaitable<result<>> virtual_filesystem::abort_upload(virtual_path path, std::string id) const {
    const auto found = locate_writable(path);
    if (!found)
        co_return found.error();
    co_return co_await found->where->store->abort_upload(found->key, std::move(id));
}

} // namespace objftpd::storage
