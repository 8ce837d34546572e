#include "tests/dialect/name_resolver.hpp"

#include <netdb.h>

#include <chrono>
#include <utility>

namespace objftpd::tests {

name_resolver& name_resolver::instance() {
    static name_resolver instance;
    return instance;
}

void name_resolver::hold(std::function<void()> asked) {
    const std::lock_guard lock(mutex_);
    asked_ = std::move(asked);
    held_ = true;
}

void name_resolver::release() {
    std::unique_lock lock(mutex_);
    held_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return waiting_ == 0; });
}

std::size_t name_resolver::questions() const {
    const std::lock_guard lock(mutex_);
    return questions_;
}

std::size_t name_resolver::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
}

void name_resolver::answer() {
    constexpr std::chrono::seconds at_most(20); // or a test that fails would never end
    std::unique_lock lock(mutex_);
    ++questions_;
    ++waiting_;
    if (const auto asked = std::exchange(asked_, nullptr))
        asked();
    changed_.wait_for(lock, at_most, [this] { return !held_; });
    --waiting_;
    changed_.notify_all();
}

} // namespace objftpd::tests

// In front of the C library's, for libcurl too.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
    objftpd::tests::name_resolver::instance().answer();
    return EAI_NONAME;
}
