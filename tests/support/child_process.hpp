#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace objftpd::tests {

/// Runs one test case of this program in a process of its own, which may die or confine itself. A
/// fork alone would not do: the other threads of this process may hold what the child then needs.
///
/// Usage: a hidden test case "[.name]" next to the one that calls
/// `passes_in_child_process("name")`. The child sees `folder`, if one is given, as
/// `parents_folder()`.
inline bool passes_in_child_process(const std::string& tag, const std::string& folder = {}) {
    std::string self = "/proc/self/exe";
    std::string filter = "[" + tag + "]";
    char* const arguments[] = {self.data(), filter.data(), nullptr};
    ::setenv("OBJFTPD_TEST_FOLDER", folder.c_str(), 1);
    ::pid_t child = 0;
    if (::posix_spawn(&child, self.c_str(), nullptr, nullptr, arguments, environ) != 0)
        throw std::runtime_error("cannot start a child process");
    int status = 0;
    if (::waitpid(child, &status, 0) != child)
        throw std::runtime_error("cannot wait for the child process");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The folder that this process was given by `passes_in_child_process`.
inline std::string parents_folder() {
    const auto* const folder = std::getenv("OBJFTPD_TEST_FOLDER");
    if (folder == nullptr || *folder == '\0')
        throw std::runtime_error("this test case is run by another one");
    return folder;
}

} // namespace objftpd::tests
