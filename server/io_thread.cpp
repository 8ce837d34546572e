#include "server/io_thread.hpp"

#include "config/async.hpp"
#include "config/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace objftpd::server {
namespace {

// How late a time limit may be noticed.
constexpr auto tick_interval = std::chrono::milliseconds(100);

void log_bug(std::exception_ptr bug) {
    try {
        std::rethrow_exception(bug);
    } catch (const std::exception& e) {
        config::log::error("session ended by an exception", {{"what", e.what()}});
    }
}

} // namespace

io_thread::io_thread() : context_(1), work_(context_.get_executor()) {
    asio::co_spawn(context_, tick(), asio::detached);
    thread_ = std::thread([this] { context_.run(); });
}

io_thread::~io_thread() {
    stop();
}

void io_thread::stop() {
    context_.stop();
    if (thread_.joinable())
        thread_.join();
}

void io_thread::adopt(std::shared_ptr<session> s) {
    asio::post(context_, [this, s = std::move(s)] {
        sessions_.emplace(s.get(), s);
        if (draining_)
            s->drain();
        asio::co_spawn(context_, s->run(), [this, s](std::exception_ptr bug) {
            s->kill(); // nothing of it may go on unwatched
            sessions_.erase(s.get());
            if (bug)
                log_bug(bug);
        });
    });
}

void io_thread::drain() {
    asio::post(context_, [this] {
        draining_ = true;
        for (const auto& [key, weak] : sessions_)
            if (const auto s = weak.lock())
                s->drain();
    });
}

void io_thread::kill() {
    asio::post(context_, [this] {
        for (const auto& [key, weak] : sessions_)
            if (const auto s = weak.lock())
                s->kill();
    });
}

awaitable<void> io_thread::tick() {
    for (;;) {
        co_await sleep_for(tick_interval);
        const auto now = session::clock::now();
        for (const auto& [key, weak] : sessions_)
            if (const auto s = weak.lock())
                s->tick(now);
    }
}

} // namespace objftpd::server
