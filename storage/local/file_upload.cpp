#include "storage/local/file_upload.hpp"

#include "config/async.hpp"
#include "config/log.hpp"
#include "storage/checksum/crc64.hpp"
#include "storage/error.hpp"
#include "storage/local/thread_buffer.hpp"
#include "storage/local/transfer_turn.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace objftpd::storage::local {
namespace {

// What one turn on a disk thread may copy, so that long appends share the threads.
constexpr std::size_t head_slice = 16 << 20;
constexpr std::uint64_t write_back_step = 8 << 20;

} // namespace

// unlink and close may block, and destructors run on I/O threads.
file_upload::~file_upload() {
    store_->close_later(std::move(head_));
    if (name_.empty())
        return;
    auto& disk = store_->disk();
    disk.post([store = std::move(store_), file = std::move(file_), name = std::move(name_)] {
        store->area().remove(name);
    });
}

// Directories above it are made with the publication: what is given up leaves none.
error_code file_upload::check_target() const {
    auto where = open_parent(bucket_, request_.key, parents::must_exist, false);
    const bool to_be_made = !where && where.error() == errc::not_found;
    if (to_be_made && request_.missing == parents::create)
        return {};
    if (!where)
        return where.error();
    struct stat status {};
    if (::fstatat(where->directory(), where->name().c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? error_code() : from_errno(errno);
    if (S_ISDIR(status.st_mode))
        return errc::is_a_directory;
    if (request_.existing == overwrite::refused)
        return errc::already_exists;
    return {};
}

error_code file_upload::create_file() {
    auto made = store_->area().create_file();
    if (!made)
        return made.error();
    file_ = std::move(made->file);
    name_ = std::move(made->name);
    return {};
}

result<descriptor> file_upload::open_unfinished() {
    if (request_.owner.empty())
        return errc::not_found;
    const auto tree = unfinished_->open(request_.owner);
    if (!tree)
        return tree.error();
    return open_beneath(tree->get(), request_.key, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

error_code file_upload::open_head() {
    constexpr int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    auto old = request_.goes_on ? open_unfinished() : open_beneath(bucket_, request_.key, flags);
    if (!old) {
        if (old.error() != errc::not_found)
            return old.error();
        if (request_.goes_on || request_.offset != upload_request::at_end)
            return errc::range_not_satisfiable;
        request_.existing = overwrite::refused; // what comes meanwhile must not get lost
        return {};
    }
    struct stat status {};
    if (::fstat(old->get(), &status) != 0)
        return from_errno(errno);
    const bool is_gone = !S_ISREG(status.st_mode) || unfinished_->is_too_old(modified_of(status));
    if (request_.goes_on && is_gone)
        return errc::range_not_satisfiable;
    if (S_ISDIR(status.st_mode))
        return errc::is_a_directory;
    if (!S_ISREG(status.st_mode))
        return errc::permission_denied;
    if (request_.goes_on)
        request_.existing = overwrite::refused;
    else if (request_.existing == overwrite::refused)
        return errc::already_exists;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    head_size_ = request_.offset == upload_request::at_end ? size : request_.offset;
    if (head_size_ > size)
        return errc::range_not_satisfiable;
    head_status_ = status;
    if (head_size_ == size)
        head_crc64_ = read_attributes(old->get(), status).crc64;
    head_ = std::move(*old);
    return {};
}

error_code file_upload::copy_head_slice() {
    const auto end = std::min<std::uint64_t>(head_size_, size_ + head_slice);
    while (size_ < end) {
        if (head_crc64_) {
            auto from = static_cast<off_t>(size_);
            auto to = from;
            const auto n = ::copy_file_range(head_.get(), &from, file_.get(), &to, end - size_, 0);
            if (n > 0) {
                size_ += static_cast<std::uint64_t>(n);
                crc64_ = *head_crc64_; // true once all is copied
                continue;
            }
            if (size_ > 0)
                return n == 0 ? make_error_code(errc::precondition_failed) : from_errno(errno);
            head_crc64_.reset(); // this file system cannot: read and write
        }
        const auto buffer = thread_buffer();
        const auto wanted = std::min<std::uint64_t>(buffer.size(), end - size_);
        const auto n = ::pread(head_.get(), buffer.data(), wanted, static_cast<off_t>(size_));
        if (n < 0)
            return from_errno(errno);
        if (n == 0) // cut short in place by somebody else
            return errc::precondition_failed;
        if (const auto failed = append(buffer.data(), static_cast<std::size_t>(n)))
            return failed;
    }
    return {};
}

// Brings the upload to where new bytes go. The head is copied in slices, so that a long append
// does not keep a disk thread from others.
awaitable<error_code> file_upload::prepare() {
    auto begin = [this] {
        if (request_.offset != 0)
            if (const auto failed = open_head())
                return failed;
        return create_file();
    };
    auto failed = co_await offload(store_->disk(), begin);
    auto slice = [this] { return copy_head_slice(); };
    while (!failed && size_ < head_size_) {
        if (request_.stop.stop_requested())
            co_return asio::error::operation_aborted;
        failed = co_await offload(store_->disk(), slice);
    }
    co_return failed;
}

error_code file_upload::append(const char* data, std::size_t length) {
    crc64_ = crc64(crc64_, data, length);
    while (length > 0) {
        const auto n = ::pwrite(file_.get(), data, length, static_cast<off_t>(size_));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            refused_ = true; // the checksum counts bytes that are not there
            return n == 0 ? make_error_code(errc::no_space) : from_errno(errno);
        }
        data += n;
        length -= static_cast<std::size_t>(n);
        size_ += static_cast<std::uint64_t>(n);
    }
    // Starting the write-back early keeps the final fsync, for which the client waits, short.
    if (store_->durable() && size_ - written_back_ >= write_back_step) {
        ::sync_file_range(file_.get(), static_cast<off_t>(written_back_),
                          static_cast<off_t>(size_ - written_back_), SYNC_FILE_RANGE_WRITE);
        written_back_ = size_;
    }
    return {};
}

awaitable<result<>> file_upload::write(std::span<const char> bytes) {
    if (!file_) {
        auto check = [this] { return check_target(); };
        if (const auto failed = co_await offload(store_->disk(), check))
            co_return failed;
        if (const auto failed = co_await prepare())
            co_return failed;
    }
    auto work = [&] { return append(bytes.data(), bytes.size()); };
    if (const auto failed = co_await offload(store_->disk(), work))
        co_return failed;
    co_return result<>();
}

result<std::size_t> file_upload::receive(direct_socket& socket) {
    const auto buffer = thread_buffer();
    auto step = [&]() -> result<std::size_t> {
        const auto n = socket.receive_now(buffer);
        if (n && *n > 0)
            if (const auto failed = append(buffer.data(), *n))
                return failed;
        return n;
    };
    return transfer_turn(socket.native_handle(), transfer_turn::direction::in).move(step);
}

awaitable<result<std::size_t>> file_upload::receive_from(direct_socket& socket) {
    if (!file_) {
        const auto ready = co_await write(std::span<const char>());
        if (!ready)
            co_return ready.error();
    }
    auto work = [&] { return receive(socket); };
    co_return co_await offload(store_->disk(), work);
}

error_code file_upload::check_head_unchanged(const location& where) const {
    if (request_.offset == 0)
        return {};
    struct stat status {};
    const auto found =
        ::fstatat(where.directory(), where.name().c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (!head_ || request_.goes_on) // nothing was there
        return found ? make_error_code(errc::precondition_failed) : error_code();
    const bool same = found && status.st_ino == head_status_.st_ino &&
                      status.st_size == head_status_.st_size &&
                      modified_of(status) == modified_of(head_status_);
    return same ? error_code() : make_error_code(errc::precondition_failed);
}

error_code file_upload::replace(const location& where) {
    const std::lock_guard only_one(store_->lock_of(where.directory(), where.name()));
    if (left_)
        return asio::error::operation_aborted;
    if (const auto changed = check_head_unchanged(where))
        return changed;
    const auto* target = where.name().c_str();
    const int from = store_->area().directory();
    if (request_.existing == overwrite::refused) {
        // link, unlike rename, never replaces, on every file system.
        if (::linkat(from, name_.c_str(), where.directory(), target, 0) != 0)
            return from_errno(errno);
        store_->area().remove(name_);
    } else if (::renameat(from, name_.c_str(), where.directory(), target) != 0) {
        return from_errno(errno);
    }
    return {};
}

error_code file_upload::publish() {
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0)
        return from_errno(errno);
    attributes_.etag = new_etag();
    attributes_.crc64 = crc64_;
    attributes_.content_type = request_.content_type;
    write_attributes(file_.get(), attributes_, status);
    if (store_->durable() && ::fsync(file_.get()) != 0)
        return from_errno(errno);

    auto where = open_parent(bucket_, request_.key, request_.missing, store_->durable());
    if (!where)
        return where.error();
    if (const auto failed = replace(*where))
        return failed;
    name_.clear();
    file_.reset(); // closing may block too
    head_.reset();
    if (!request_.owner.empty()) // what broke off before is not to be gone on with any more
        static_cast<void>(unfinished_->remove(request_.owner, request_.key));
    if (store_->durable() && ::fsync(where->directory()) != 0)
        return from_errno(errno);
    return {};
}

awaitable<result<put_result>> file_upload::commit(std::span<const char> last) {
    if (!file_ && request_.offset != 0) {
        if (const auto failed = co_await prepare())
            co_return failed;
    }
    auto work = [&] {
        error_code failed;
        if (!file_)
            failed = create_file();
        if (!failed)
            failed = append(last.data(), last.size());
        return failed ? failed : publish();
    };
    if (const auto failed = co_await offload(store_->disk(), work)) {
        refused_ = true;
        co_return failed;
    }
    put_result stored;
    stored.etag = attributes_.etag;
    stored.size = size_;
    stored.crc64 = crc64_;
    co_return stored;
}

// All but a byte: a client that finds as much as it has itself takes it for stored.
error_code file_upload::keep_unfinished() {
    if (::ftruncate(file_.get(), static_cast<off_t>(--size_)) != 0)
        return from_errno(errno);
    if (store_->durable() && ::fsync(file_.get()) != 0)
        return from_errno(errno);
    if (const auto failed = unfinished_->put(request_.owner, request_.key, name_))
        return failed;
    name_.clear();
    file_.reset();
    return {};
}

awaitable<void> file_upload::suspend() {
    const bool adds = head_ && !request_.goes_on;
    const bool whole_head = size_ >= head_size_;
    if (name_.empty() || request_.owner.empty() || adds || refused_ || !whole_head || size_ < 2) {
        co_await abort();
        co_return;
    }
    auto work = [this] { return keep_unfinished(); };
    if (const auto failed = co_await offload(store_->disk(), work)) {
        config::log::warning("an upload broke off, and could not be kept",
                             {{"key", request_.key}, {"error", failed.message()}});
        co_await abort();
        co_return;
    }
    config::log::info("an upload broke off, and what is there of it is kept",
                      {{"key", request_.key}, {"bytes", size_}});
}

awaitable<void> file_upload::abort() {
    if (name_.empty())
        co_return;
    auto work = [this] {
        file_.reset();
        store_->area().remove(name_);
        name_.clear();
        return 0;
    };
    co_await offload(store_->disk(), work);
}

} // namespace objftpd::storage::local
