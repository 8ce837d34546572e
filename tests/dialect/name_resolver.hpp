#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace objftpd::tests {

/// Stands in for the system's in the whole program: no name exists, and every question is answered
/// as slowly as the test wants. Only the threads that libcurl starts for that ask it.
class name_resolver {
public:
    static name_resolver& instance();

    /// From now on questions wait for release(). `asked` is called on the thread of the first one.
    void hold(std::function<void()> asked);

    /// Lets all go on, and comes back when they have.
    void release();

    std::size_t questions() const;
    std::size_t waiting() const;

    void answer(); // what getaddrinfo() does

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> asked_;
    bool held_ = false;
    std::size_t questions_ = 0;
    std::size_t waiting_ = 0;
};

} // namespace objftpd::tests
