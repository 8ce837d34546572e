#include "storage/local/private_area.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "storage/local/attributes.hpp"
#include "storage/local/directory_stream.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

namespace objftpd::storage::local {
namespace {

constexpr const char* area_name = ".objftpd";
constexpr const char* unfinished_name = "unfinished";
constexpr std::string_view lock_suffix = ".lock";

// Calls `each` with every name in a directory but "." and "..".
template <class Each>
void for_each_name(int directory, Each each) {
    const int copy = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return;
    const directory_stream stream(::fdopendir(copy));
    if (!stream) {
        ::close(copy);
        return;
    }
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            each(name);
    }
}

std::size_t remove_tree(int parent, const std::string& name) {
    std::size_t files = 0;
    const descriptor directory(
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory) {
        for_each_name(directory.get(), [&](const std::string& file) {
            files += ::unlinkat(directory.get(), file.c_str(), 0) == 0 ? 1 : 0;
        });
    }
    ::unlinkat(parent, name.c_str(), AT_REMOVEDIR);
    return files;
}

result<descriptor> make_directory(int parent, const char* name) {
    if (::mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
        return from_errno(errno);
    descriptor made(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made)
        return from_errno(errno);
    return made;
}

// Whoever holds the lock file of a folder owns the folder; a free lock means its owner is gone.
void sweep(int top) {
    std::size_t files = 0;
    for_each_name(top, [&](const std::string& name) {
        if (!name.ends_with(lock_suffix))
            return;
        const descriptor lock(::openat(top, name.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
        if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
            return;
        files += remove_tree(top, name.substr(0, name.size() - lock_suffix.size()));
        ::unlinkat(top, name.c_str(), 0);
    });
    if (files > 0)
        config::log::info("removed unfinished uploads of an earlier run", {{"files", files}});
}

} // namespace

result<private_area> private_area::open(int store) {
    private_area area;
    auto top = make_directory(store, area_name);
    if (!top)
        return top.error();
    area.top_ = std::move(*top);
    auto unfinished = make_directory(area.top_.get(), unfinished_name);
    if (!unfinished)
        return unfinished.error();
    area.unfinished_ = std::move(*unfinished);
    sweep(area.top_.get());

    // The lock comes before the folder, so that a sweep never meets a folder without its lock.
    // Another process that starts now may sweep a lock file before it is locked: then again.
    struct stat held {};
    do {
        area.name_ = new_etag();
        const auto lock_name = area.name_ + std::string(lock_suffix);
        area.lock_ = descriptor(::openat(area.top_.get(), lock_name.c_str(),
                                         O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!area.lock_ || ::flock(area.lock_.get(), LOCK_EX | LOCK_NB) != 0 ||
            ::fstat(area.lock_.get(), &held) != 0)
            return from_errno(errno);
    } while (held.st_nlink == 0);
    auto own = make_directory(area.top_.get(), area.name_.c_str());
    if (!own)
        return own.error();
    area.own_ = std::move(*own);
    return area;
}

private_area::private_area(private_area&& other) noexcept
    : top_(std::move(other.top_)), unfinished_(std::move(other.unfinished_)),
      own_(std::move(other.own_)), lock_(std::move(other.lock_)), name_(std::move(other.name_)),
      next_(other.next_.load()) {}

private_area::~private_area() {
    if (!top_)
        return;
    remove_tree(top_.get(), name_);
    ::unlinkat(top_.get(), (name_ + std::string(lock_suffix)).c_str(), 0);
}

result<private_area::temporary> private_area::create_file() {
    temporary made;
    made.name = std::to_string(next_.fetch_add(1, std::memory_order_relaxed));
    made.file = descriptor(
        ::openat(own_.get(), made.name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!made.file)
        return from_errno(errno);
    return made;
}

void private_area::remove(const std::string& name) const {
    ::unlinkat(own_.get(), name.c_str(), 0);
}

} // namespace objftpd::storage::local
