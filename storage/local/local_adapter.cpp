#include "storage/local/local_adapter.hpp"

#include "config/async.hpp"
#include "storage/checksum/hash.hpp"
#include "storage/error.hpp"
#include "storage/local/attributes.hpp"
#include "storage/local/beneath.hpp"
#include "storage/local/file_body.hpp"
#include "storage/local/file_upload.hpp"
#include "storage/local/local_listing.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace objftpd::storage::local {
namespace {

// Devices and pipes dropped into a bucket must not block or become the controlling terminal.
constexpr int open_flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;

std::string without_slash(std::string key) {
    if (key.ends_with('/'))
        key.pop_back();
    return key;
}

// Work that only succeeds or fails.
template <class Work>
awaitable<result<>> on_disk(worker_pool& disk, Work& work) {
    const error_code failed = co_await offload(disk, work);
    if (failed)
        co_return failed;
    co_return result<>();
}

result<object_info> describe(int fd, const std::string& key, detail wanted) {
    struct stat status {};
    if (::fstat(fd, &status) != 0)
        return from_errno(errno);
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return errc::not_found;
    object_info info;
    info.directory = S_ISDIR(status.st_mode);
    info.key = key;
    if (info.directory && !key.empty() && !key.ends_with('/'))
        info.key += '/';
    info.size = info.directory ? 0 : static_cast<std::uint64_t>(status.st_size);
    info.modified = modified_of(status);
    if (wanted == detail::version && !info.directory) {
        auto known = read_attributes(fd, status);
        info.etag = std::move(known.etag);
        info.content_type = std::move(known.content_type);
        info.crc64 = known.crc64;
    }
    return info;
}

result<object_info> describe_file(int fd, const std::string& key, detail wanted) {
    auto info = describe(fd, key, wanted);
    if (info && info->directory)
        return errc::is_a_directory;
    return info;
}

} // namespace

capabilities local_adapter::can() const {
    capabilities all;
    all.real_directories = true;
    all.renames = true;
    all.sets_modified = true;
    all.knows_space = true;
    return all;
}

error_code local_adapter::sync_directory(int directory) const {
    if (store_->durable() && ::fsync(directory) != 0)
        return from_errno(errno);
    return {};
}

result<object_info> local_adapter::stat_blocking(const std::string& key, detail wanted) const {
    const auto file = open_beneath(bucket_.get(), without_slash(key), open_flags);
    if (!file)
        return file.error();
    return describe(file->get(), without_slash(key), wanted);
}

awaitable<result<object_info>> local_adapter::stat(std::string key, detail wanted) {
    if (wanted == detail::basic) {
        const auto name = without_slash(key);
        const auto cached = open_cached_beneath(bucket_.get(), name, open_flags);
        if (cached)
            co_return describe(cached->get(), name, detail::basic);
        if (cached.error() != asio::error::would_block)
            co_return cached.error();
    }
    auto work = [&] { return stat_blocking(key, wanted); };
    co_return co_await offload(store_->disk(), work);
}

awaitable<result<list_page>> local_adapter::list(list_request request) {
    auto work = [&] { return list_directory(bucket_.get(), request); };
    co_return co_await offload(store_->disk(), work);
}

awaitable<result<std::unique_ptr<body>>> local_adapter::read(std::string key, std::uint64_t offset,
                                                             std::stop_token) {
    auto file = open_cached_beneath(bucket_.get(), key, open_flags);
    if (!file && file.error() == asio::error::would_block) {
        auto work = [&] { return open_beneath(bucket_.get(), key, open_flags); };
        file = co_await offload(store_->disk(), work);
    }
    if (!file)
        co_return file.error();
    auto info = describe_file(file->get(), key, detail::basic);
    if (!info)
        co_return info.error();
    if (offset > info->size)
        co_return error_code(errc::range_not_satisfiable);
    co_return std::make_unique<file_body>(store_, std::move(*file), std::move(*info), offset);
}

awaitable<result<std::unique_ptr<upload>>> local_adapter::open_upload(upload_request request) {
    if (request.key.empty() || request.key.ends_with('/'))
        co_return error_code(errc::is_a_directory);
    // A directory that the kernel knows of is refused before any data flow; the upload itself
    // checks again, for certain.
    const auto directory = open_cached_beneath(bucket_.get(), request.key, O_PATH | O_DIRECTORY);
    if (directory)
        co_return error_code(errc::is_a_directory);
    if (directory.error() == errc::invalid_name)
        co_return directory.error();
    co_return std::make_unique<file_upload>(store_, bucket_.get(), unfinished_, std::move(request));
}

awaitable<result<>> local_adapter::make_directory(std::string key, parents missing) {
    auto work = [&]() -> error_code {
        auto where = open_parent(bucket_.get(), key, missing, store_->durable());
        if (!where)
            return where.error();
        if (::mkdirat(where->directory(), where->name().c_str(), 0777) != 0)
            return from_errno(errno);
        return sync_directory(where->directory());
    };
    if (key.empty())
        co_return error_code(errc::already_exists);
    co_return co_await on_disk(store_->disk(), work);
}

error_code local_adapter::unlink_blocking(const std::string& key, int flags) const {
    auto where = open_parent(bucket_.get(), key, parents::must_exist, false);
    if (!where)
        return where.error();
    {
        const std::lock_guard only_one(store_->lock_of(where->directory(), where->name()));
        if (::unlinkat(where->directory(), where->name().c_str(), flags) != 0)
            return from_errno(errno);
    }
    return sync_directory(where->directory());
}

awaitable<result<>> local_adapter::remove(std::string key) {
    if (key.empty())
        co_return error_code(errc::is_a_directory);
    auto work = [&] { return unlink_blocking(key, 0); };
    co_return co_await on_disk(store_->disk(), work);
}

awaitable<result<>> local_adapter::remove_directory(std::string key) {
    if (key.empty()) // the bucket itself
        co_return error_code(errc::permission_denied);
    auto work = [&] { return unlink_blocking(key, AT_REMOVEDIR); };
    co_return co_await on_disk(store_->disk(), work);
}

error_code local_adapter::rename_blocking(const std::string& from, const std::string& to,
                                          overwrite existing, parents missing) const {
    auto source = open_parent(bucket_.get(), from, parents::must_exist, false);
    if (!source)
        return source.error();
    struct stat status {};
    if (::fstatat(source->directory(), source->name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return from_errno(errno);
    const bool directory = S_ISDIR(status.st_mode);
    if (directory && (to + '/').starts_with(without_slash(from) + '/'))
        return errc::nested_rename;
    auto target = open_parent(bucket_.get(), to, missing, store_->durable());
    if (!target)
        return target.error();

    // Both names, always in the same order.
    auto* first = &store_->lock_of(source->directory(), source->name());
    auto* second = &store_->lock_of(target->directory(), target->name());
    if (second < first)
        std::swap(first, second);
    const std::lock_guard one(*first);
    std::unique_lock<std::mutex> other;
    if (second != first)
        other = std::unique_lock(*second);

    struct stat old {};
    const bool exists =
        ::fstatat(target->directory(), target->name().c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (exists && S_ISDIR(old.st_mode) && !directory)
        return errc::is_a_directory;
    const bool may_replace = existing == overwrite::allowed && !directory;
    // The flag closes the gap between the look above and the rename, where the file system has it.
    auto moved = ::renameat2(source->directory(), source->name().c_str(), target->directory(),
                             target->name().c_str(), may_replace ? 0 : RENAME_NOREPLACE);
    if (moved != 0 && errno == EINVAL && !may_replace) {
        if (exists)
            return errc::already_exists;
        moved = ::renameat(source->directory(), source->name().c_str(), target->directory(),
                           target->name().c_str());
    }
    if (moved != 0)
        return errno == EINVAL ? make_error_code(errc::nested_rename) : from_errno(errno);
    if (const auto failed = sync_directory(target->directory()))
        return failed;
    return sync_directory(source->directory());
}

awaitable<result<>> local_adapter::rename(rename_request r) {
    if (r.from.empty() || r.to.empty())
        co_return error_code(errc::permission_denied);
    auto work = [&] { return rename_blocking(r.from, r.to, r.existing, r.missing); };
    co_return co_await on_disk(store_->disk(), work);
}

awaitable<result<put_result>> local_adapter::copy(copy_request wanted) {
    auto source = co_await read(wanted.from, 0, wanted.stop);
    if (!source)
        co_return source.error();
    const auto version = co_await stat(wanted.from, detail::version);
    upload_request request(std::move(wanted.to), wanted.existing);
    request.missing = wanted.missing;
    request.stop = wanted.stop;
    if (version)
        request.content_type = version->content_type;
    auto target = co_await open_upload(std::move(request));
    if (!target)
        co_return target.error();
    std::vector<char> buffer(1 << 20);
    error_code failed;
    while (!failed && (*source)->remaining() > 0) {
        if (wanted.stop.stop_requested()) {
            failed = asio::error::operation_aborted;
            break;
        }
        const auto n = co_await (*source)->read_some(buffer);
        if (!n) {
            failed = n.error();
            break;
        }
        const auto written = co_await (*target)->write(std::span(buffer).first(*n));
        if (!written)
            failed = written.error();
    }
    if (failed) {
        co_await (*target)->abort();
        co_return failed;
    }
    auto stored = co_await (*target)->commit(std::span<const char>());
    if (!stored)
        co_await (*target)->abort();
    co_return stored;
}

// A link is none of the directory that it leads to.
awaitable<result<>> local_adapter::remove_tree(remove_tree_request request) {
    auto refuse_link = [&]() -> error_code {
        const auto where = open_parent(bucket_.get(), request.key, parents::must_exist, false);
        if (!where)
            return where.error();
        struct stat status {};
        if (::fstatat(where->directory(), where->name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return from_errno(errno);
        return S_ISLNK(status.st_mode) ? make_error_code(errc::not_a_directory) : error_code();
    };
    if (!request.key.empty())
        if (const auto failed = co_await offload(store_->disk(), refuse_link))
            co_return failed;
    co_return co_await adapter::remove_tree(std::move(request));
}

awaitable<result<>> local_adapter::set_modified(std::string key, timestamp modified) {
    auto work = [&]() -> error_code {
        auto file = open_beneath(bucket_.get(), without_slash(key), open_flags);
        if (!file)
            return file.error();
        struct stat status {};
        if (::fstat(file->get(), &status) != 0)
            return from_errno(errno);
        const auto known = read_attributes(file->get(), status);
        const auto total = modified.time_since_epoch().count();
        const timespec times[2] = {{0, UTIME_OMIT}, {total / 1'000'000'000, total % 1'000'000'000}};
        if (::futimens(file->get(), times) != 0)
            return from_errno(errno);
        // The checksums still hold: bind them to the new time.
        if (S_ISREG(status.st_mode) && known.crc64 && ::fstat(file->get(), &status) == 0)
            write_attributes(file->get(), known, status);
        return {};
    };
    co_return co_await on_disk(store_->disk(), work);
}

awaitable<result<std::string>> local_adapter::digest(std::string key, hash_algorithm algorithm,
                                                     std::stop_token stop) {
    const auto index = static_cast<std::size_t>(algorithm);
    attributes known;
    struct stat status {};
    descriptor file;
    auto open = [&]() -> error_code {
        auto opened = open_beneath(bucket_.get(), key, open_flags);
        if (!opened)
            return opened.error();
        if (::fstat(opened->get(), &status) != 0)
            return from_errno(errno);
        if (!S_ISREG(status.st_mode))
            return S_ISDIR(status.st_mode) ? errc::is_a_directory : errc::not_found;
        known = read_attributes(opened->get(), status);
        file = std::move(*opened);
        return {};
    };
    if (const auto failed = co_await offload(store_->disk(), open))
        co_return failed;
    if (!known.digests[index].empty())
        co_return known.digests[index];

    // In slices, so that a long file leaves the disk threads to others in between.
    hash sum(algorithm);
    std::vector<char> buffer(1 << 20);
    std::uint64_t position = 0;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    auto slice = [&]() -> error_code {
        for (int turns = 0; turns < 8 && position < size; ++turns) {
            const auto n =
                ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(position));
            if (n <= 0)
                return n == 0 ? make_error_code(errc::precondition_failed) : from_errno(errno);
            sum.update(buffer.data(), static_cast<std::size_t>(n));
            position += static_cast<std::uint64_t>(n);
        }
        return {};
    };
    while (position < size) {
        error_code failed = asio::error::operation_aborted;
        if (!stop.stop_requested())
            failed = co_await offload(store_->disk(), slice);
        if (failed) {
            store_->close_later(std::move(file));
            co_return failed;
        }
    }

    known.digests[index] = sum.finish();
    auto remember = [&] {
        struct stat now {};
        if (::fstat(file.get(), &now) == 0 && now.st_size == status.st_size &&
            modified_of(now) == modified_of(status))
            write_attributes(file.get(), known, status);
        file.reset();
        return 0;
    };
    co_await offload(store_->disk(), remember);
    co_return known.digests[index];
}

awaitable<result<std::uint64_t>> local_adapter::free_space() {
    auto work = [&]() -> result<std::uint64_t> {
        struct statvfs space {};
        if (::fstatvfs(bucket_.get(), &space) != 0)
            return from_errno(errno);
        return static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    };
    co_return co_await offload(store_->disk(), work);
}

} // namespace objftpd::storage::local
