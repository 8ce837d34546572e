#include "config/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace objftpd::config {
namespace {

std::error_code last_error() {
    return {errno, std::system_category()};
}

std::error_code write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const auto n = ::write(fd, content.data(), content.size());
        if (n < 0 && errno != EINTR)
            return last_error();
        content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    return ::fsync(fd) != 0 ? last_error() : std::error_code();
}

std::error_code sync_folder_of(const std::string& path) {
    auto folder = std::filesystem::path(path).parent_path().string();
    if (folder.empty())
        folder = ".";
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return last_error();
    const auto failed = ::fsync(fd) != 0 ? last_error() : std::error_code();
    ::close(fd);
    return failed;
}

} // namespace

// SECURITY: the owner's alone from the first byte on.
std::error_code write_private_file(const std::string& path, std::string_view content) {
    const auto unfinished = path + ".part";
    const int fd = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return last_error();
    auto failed = write_all(fd, content);
    if (::close(fd) != 0 && !failed)
        failed = last_error();
    if (!failed)
        return move_durably(unfinished, path);
    ::unlink(unfinished.c_str());
    return failed;
}

std::error_code move_durably(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0)
        return last_error();
    return sync_folder_of(to);
}

std::error_code remove_durably(const std::string& path) {
    if (::unlink(path.c_str()) != 0)
        return errno == ENOENT ? std::error_code() : last_error();
    return sync_folder_of(path);
}

} // namespace objftpd::config
