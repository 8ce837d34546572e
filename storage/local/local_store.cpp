#include "storage/local/local_store.hpp"

#include "storage/error.hpp"

#include <fcntl.h>
#include <functional>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <filesystem>

namespace objftpd::storage::local {

local_store::local_store(descriptor top, private_area area, config::durability durability,
                         worker_pool& disk)
    : top_(std::move(top)), area_(std::move(area)), durability_(durability), disk_(disk) {
    struct statfs system {};
    in_memory_ = ::fstatfs(top_.get(), &system) == 0 && system.f_type == TMPFS_MAGIC;
}

result<std::shared_ptr<local_store>>
local_store::open(const std::string& path, config::durability durability, worker_pool& disk) {
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed)
        return from_errno(failed.value());
    descriptor top(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!top)
        return from_errno(errno);
    auto area = private_area::open(top.get());
    if (!area)
        return area.error();
    return std::make_shared<local_store>(std::move(top), std::move(*area), durability, disk);
}

result<descriptor> local_store::open_bucket(const std::string& name) const {
    if (::mkdirat(top_.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
        return from_errno(errno);
    descriptor bucket(::openat(top_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!bucket)
        return from_errno(errno);
    struct stat here {};
    struct stat above {};
    if (::fstat(bucket.get(), &here) != 0 || ::fstat(area_.directory(), &above) != 0)
        return from_errno(errno);
    if (here.st_dev != above.st_dev)
        return errc::unsupported;
    return bucket;
}

void local_store::close_later(descriptor file) const {
    if (file)
        disk_.post([file = std::move(file)] {});
}

std::mutex& local_store::lock_of(int directory, std::string_view name) {
    struct stat status {};
    ::fstat(directory, &status);
    const auto hash = std::hash<std::string_view>()(name) ^ (status.st_ino * 0x9E3779B97F4A7C15ULL);
    return locks_[hash % locks_.size()];
}

} // namespace objftpd::storage::local
