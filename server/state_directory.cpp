#include "server/state_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace objftpd::server {

state_directory::~state_directory() {
    if (lock_ >= 0)
        ::close(lock_);
}

std::optional<std::string> state_directory::open(const std::string& path) {
    const auto failed = [&] {
        return "cannot use the state folder " + path + ": " +
               std::generic_category().message(errno);
    };
    std::error_code ignored; // open() below tells what matters
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failed();
    lock_ = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock_ < 0)
        return failed();
    if (::flock(lock_, LOCK_EX | LOCK_NB) != 0)
        return "the state folder " + path + " is in use by another gateway that runs";
    return {};
}

} // namespace objftpd::server
