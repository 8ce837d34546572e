#include "storage/local/file_body.hpp"

#include "config/async.hpp"
#include "storage/error.hpp"
#include "storage/local/thread_buffer.hpp"
#include "storage/local/transfer_turn.hpp"

#include <boost/asio/error.hpp>

#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace objftpd::storage::local {
namespace {

constexpr std::size_t copy_chunk = 128 << 10; // what a TLS connection takes at once
constexpr std::size_t sendfile_chunk = 2 << 20;

result<std::size_t> to_result(ssize_t n) {
    if (n < 0)
        return from_errno(errno);
    if (n == 0) // somebody cut the file short in place
        return errc::unavailable;
    return static_cast<std::size_t>(n);
}

} // namespace

// A small file that is still there closes without work for the disk.
file_body::~file_body() {
    constexpr std::uint64_t small = 1 << 20;
    struct stat status {};
    if (info_.size > small || ::fstat(file_.get(), &status) != 0 || status.st_nlink == 0)
        store_->close_later(std::move(file_));
}

awaitable<result<std::size_t>> file_body::read_some(std::span<char> buffer) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), remaining()));
    if (wanted == 0)
        co_return std::size_t{0};
    iovec target{buffer.data(), wanted};
    const auto position = static_cast<off_t>(offset_);
    // RWF_NOWAIT never waits for the disk: what is in memory needs no other thread.
    const int flags = store_->in_memory() ? 0 : RWF_NOWAIT;
    const auto cached = ::preadv2(file_.get(), &target, 1, position, flags);
    if (cached > 0) {
        offset_ += static_cast<std::uint64_t>(cached);
        co_return static_cast<std::size_t>(cached);
    }
    auto read = [&] { return to_result(::pread(file_.get(), buffer.data(), wanted, position)); };
    auto moved = co_await offload(store_->disk(), read);
    if (moved)
        offset_ += *moved;
    co_return moved;
}

result<std::size_t> file_body::send_file(int socket) {
    auto position = static_cast<off_t>(offset_);
    const auto chunk =
        static_cast<std::size_t>(std::min<std::uint64_t>(sendfile_chunk, remaining()));
    const auto n = ::sendfile(socket, file_.get(), &position, chunk);
    if (n < 0)
        return last_system_error();
    return static_cast<std::size_t>(n);
}

result<std::size_t> file_body::send_copy(direct_socket& socket) {
    // Not to read what the socket would not take.
    if (const auto failed = socket.prepare_to_send())
        return failed;
    const auto buffer = thread_buffer().first(copy_chunk);
    const auto wanted = std::min<std::uint64_t>(buffer.size(), remaining());
    const auto n = ::pread(file_.get(), buffer.data(), wanted, static_cast<off_t>(offset_));
    if (n < 0)
        return from_errno(errno);
    return n == 0 ? std::size_t{0} : socket.send_now(buffer.first(static_cast<std::size_t>(n)));
}

awaitable<result<std::size_t>> file_body::send_to(direct_socket& socket) {
    // Both ways wait for cold pages, hence on a disk thread; the socket itself never blocks.
    auto step = [&]() -> result<std::size_t> {
        if (remaining() == 0)
            return std::size_t{0};
        const auto n = socket.is_plain() ? send_file(socket.native_handle()) : send_copy(socket);
        if (n && *n == 0) // cut short in place by somebody else
            return errc::unavailable;
        if (n)
            offset_ += *n;
        return n;
    };
    auto send = [&] {
        return transfer_turn(socket.native_handle(), transfer_turn::direction::out).move(step);
    };
    co_return co_await offload(store_->disk(), send);
}

} // namespace objftpd::storage::local
