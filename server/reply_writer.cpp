#include "server/reply_writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace objftpd::server {
namespace {

// Replies a client may leave unread before it is taken for hostile.
constexpr std::size_t max_unsent = 256 << 10;

} // namespace

void reply_writer::send_soon(std::string_view lines, std::shared_ptr<void> keeper) {
    unsent_ += lines;
    // Runs as soon as the caller suspends; by then the bytes may be gone already.
    asio::post(context_, [this, keeper = std::move(keeper)] {
        if (!flushing_ && !unsent_.empty())
            asio::co_spawn(context_, flush(), [keeper](std::exception_ptr) {});
    });
}

awaitable<void> reply_writer::send(std::string lines) {
    if (unsent_.size() > max_unsent) {
        control_.cancel();
        co_return;
    }
    unsent_ += lines;
    if (!flushing_)
        co_await flush();
}

awaitable<void> reply_writer::flush() {
    flushing_ = true;
    while (!unsent_.empty()) {
        const auto batch = std::exchange(unsent_, std::string());
        flushing_since_ = clock::now();
        const auto sent = co_await control_.write_all(batch);
        if (!sent) {
            unsent_.clear();
            control_.cancel();
            break;
        }
    }
    flushing_ = false;
}

} // namespace objftpd::server
