#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace objftpd::tests {

/// Runs `work` in a child process that then ends as if it had been killed: no destructors, no
/// clean-up. Returns what `work` returned (0 to 100), or 127 when it died or threw. REQUIRES: no
/// other thread runs. Assertions in `work` reach nobody.
template <class Work>
int in_child_process(Work work) {
    const auto child = ::fork();
    if (child < 0)
        throw std::runtime_error("cannot fork");
    if (child == 0) {
        try {
            std::_Exit(work());
        } catch (...) {
            std::_Exit(127);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

} // namespace objftpd::tests
