#include "storage/local/beneath.hpp"

#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <climits>

namespace objftpd::storage::local {
namespace {

std::atomic<bool> openat2_missing{false};

int openat2(int root, const char* path, int flags, std::uint64_t resolve) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = resolve;
    return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof(how)));
}

// Old container sandboxes answer EPERM to system calls they do not know.
bool says_missing(int error) {
    return error == ENOSYS || error == EPERM;
}

result<descriptor> open_by_segments(int root, const std::string& path, int flags) {
    descriptor current(::openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!current)
        return from_errno(errno);
    std::string_view rest = path;
    while (!rest.empty()) {
        const auto slash = rest.find('/');
        const std::string segment(rest.substr(0, slash));
        rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
        if (segment.empty() || segment == ".")
            continue;
        if (segment == "..")
            return errc::permission_denied;
        const int how = rest.empty() ? flags : (O_PATH | O_DIRECTORY);
        descriptor next(::openat(current.get(), segment.c_str(), how | O_NOFOLLOW | O_CLOEXEC));
        if (!next)
            return from_errno(errno);
        current = std::move(next);
    }
    if (path.empty()) {
        descriptor self(::openat(root, ".", flags | O_CLOEXEC));
        if (!self)
            return from_errno(errno);
        return self;
    }
    return current;
}

constexpr std::uint64_t beneath = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

error_code make_parent(int root, const std::string& path, bool durable) {
    auto above = open_parent(root, path, parents::create, durable);
    if (!above)
        return above.error();
    const auto made = ::mkdirat(above->directory(), above->name().c_str(), 0777);
    if (made != 0 && errno != EEXIST)
        return from_errno(errno);
    if (made == 0 && durable && ::fsync(above->directory()) != 0)
        return from_errno(errno);
    return {};
}

} // namespace

result<descriptor> open_beneath(int root, const std::string& path, int flags) {
    if (openat2_missing.load(std::memory_order_relaxed))
        return open_by_segments(root, path, flags);
    const char* name = path.empty() ? "." : path.c_str();
    for (int tries = 0;; ++tries) {
        const int fd = openat2(root, name, flags, beneath);
        if (fd >= 0)
            return descriptor(fd);
        // EAGAIN: something was renamed while ".." or a link was resolved.
        if ((errno == EAGAIN && tries < 100) || errno == EINTR)
            continue;
        if (!says_missing(errno))
            return from_errno(errno);
        const int probe = openat2(root, ".", O_PATH | O_DIRECTORY, beneath);
        if (probe >= 0) {
            ::close(probe);
            return errc::permission_denied;
        }
        openat2_missing.store(true, std::memory_order_relaxed);
        return open_by_segments(root, path, flags);
    }
}

result<descriptor> open_cached_beneath(int root, const std::string& path, int flags) {
    if (openat2_missing.load(std::memory_order_relaxed))
        return error_code(asio::error::would_block);
    const char* name = path.empty() ? "." : path.c_str();
    const int fd = openat2(root, name, flags, beneath | RESOLVE_CACHED);
    if (fd >= 0)
        return descriptor(fd);
    // Only these are certain without a look at the disk; all else is asked again, blocking.
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
        return from_errno(errno);
    return error_code(asio::error::would_block);
}

result<location> open_parent(int root, std::string_view key, parents missing, bool durable) {
    if (key.ends_with('/'))
        key.remove_suffix(1);
    const auto slash = key.rfind('/');
    std::string name(slash == key.npos ? key : key.substr(slash + 1));
    if (name.size() > NAME_MAX)
        return errc::invalid_name;
    if (slash == key.npos)
        return location(root, std::move(name));

    const std::string path(key.substr(0, slash));
    constexpr int flags = O_RDONLY | O_DIRECTORY;
    auto directory = open_beneath(root, path, flags);
    if (!directory && directory.error() == errc::not_found && missing == parents::create) {
        if (const auto failed = make_parent(root, path, durable))
            return failed;
        directory = open_beneath(root, path, flags);
    }
    if (!directory)
        return directory.error();
    return location(std::move(*directory), std::move(name));
}

} // namespace objftpd::storage::local
