#pragma once

#include "server/session.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <thread>
#include <unordered_map>

namespace objftpd::server {

/// An I/O thread: an event loop and the sessions that live on it, from adoption to their end.
class io_thread {
public:
    io_thread();
    ~io_thread();

    asio::io_context& context() { return context_; }

    /// Ends the loop, whatever is still under way, and waits for the thread.
    void stop();

    /// Runs a session, made with context(), on this thread. Thread-safe.
    void adopt(std::shared_ptr<session> s);

    /// session::drain for every session, also for those still to come. Thread-safe.
    void drain();

    /// session::kill for every session. Thread-safe.
    void kill();

private:
    awaitable<void> tick();

    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::unordered_map<session*, std::weak_ptr<session>> sessions_; // touched by the loop only
    bool draining_ = false;                                         // touched by the loop only
    std::thread thread_;
};

} // namespace objftpd::server
