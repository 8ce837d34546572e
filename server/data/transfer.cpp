#include "server/data/transfer.hpp"

#include "config/eventual.hpp"
#include "server/tls/tls_error.hpp"
#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace objftpd::server {
namespace {

using side = transfer_end::side;

constexpr std::size_t buffer_size = 64 << 10;
// Below this the way through a disk thread costs more than copying.
constexpr std::uint64_t worth_sending_directly = 256 << 10;

transfer_end aborted() {
    return {side::data, asio::error::operation_aborted};
}

// A call that moves bytes between store and socket can fail on both; only the socket's errors
// are the system's or TLS's own.
transfer_end direct_failure(const error_code& error) {
    const bool of_socket =
        error.category() == boost::system::system_category() || error.category() == tls_category();
    return {of_socket ? side::data : side::store, error};
}

awaitable<result<std::size_t>> read_from_store(storage::body& from, std::span<char> buffer,
                                               transfer_progress& progress) {
    const stores_turn turn(progress);
    co_return co_await from.read_some(buffer);
}

awaitable<result<>> write_to_store(storage::upload& to, std::span<const char> bytes,
                                   transfer_progress& progress) {
    const stores_turn turn(progress);
    co_return co_await to.write(bytes);
}

// A transfer that never has to wait would keep all other sessions of its thread from running.
class fairness {
public:
    awaitable<void> moved(std::size_t bytes) {
        since_ += bytes;
        if (since_ < share)
            co_return;
        since_ = 0;
        co_await asio::post(asio::use_awaitable);
    }

private:
    static constexpr std::size_t share = 1 << 20;
    std::size_t since_ = 0;
};

awaitable<transfer_end> send_directly(stream& to, storage::body& from,
                                      transfer_progress& progress) {
    while (from.remaining() > 0) {
        if (progress.aborted || to.cancelled())
            co_return aborted();
        to.leave_reactor();
        result<std::size_t> moved = std::size_t{0};
        {
            const stores_turn turn(progress);
            moved = co_await from.send_to(to);
        }
        if (moved) {
            progress.moved(*moved);
            continue;
        }
        if (moved.error() != asio::error::would_block)
            co_return direct_failure(moved.error());
        if (const auto failed = co_await to.wait_to_send())
            co_return transfer_end(side::data, failed);
    }
    co_return transfer_end();
}

awaitable<transfer_end> send_through_buffer(stream& to, storage::body& from, conversion convert,
                                            transfer_progress& progress) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer_size, from.remaining()));
    const auto memory = std::make_unique_for_overwrite<char[]>(size);
    const std::span buffer(memory.get(), size);
    ascii_encoder encoder;
    fairness share;
    std::string converted;
    while (from.remaining() > 0) {
        if (progress.aborted)
            co_return aborted();
        const auto n = co_await read_from_store(from, buffer, progress);
        if (!n)
            co_return transfer_end(side::store, n.error());
        std::span<const char> bytes = buffer.first(*n);
        if (convert == conversion::ascii) {
            converted.clear();
            encoder.encode({bytes.data(), bytes.size()}, converted);
            bytes = converted;
        }
        result<> sent;
        if (from.remaining() > 0)
            sent = co_await to.write_all(bytes);
        else
            sent = co_await to.write_last(bytes);
        if (!sent)
            co_return transfer_end(side::data, sent.error());
        progress.moved(bytes.size());
        co_await share.moved(bytes.size());
    }
    co_return transfer_end();
}

transfer_end too_long() {
    return {side::too_long, error_code()};
}

// The rest of an upload straight from the socket, up to the end of the stream.
awaitable<transfer_end> receive_directly(stream& from, storage::upload& to,
                                         transfer_progress& progress) {
    fairness share;
    for (;;) {
        if (progress.aborted || from.cancelled())
            co_return aborted();
        from.leave_reactor();
        result<std::size_t> moved = std::size_t{0};
        {
            const stores_turn turn(progress);
            moved = co_await to.receive_from(from);
        }
        if (moved && *moved == 0)
            co_return transfer_end();
        if (moved) {
            progress.moved(*moved);
            if (progress.bytes > progress.most)
                co_return too_long();
            co_await share.moved(*moved);
            continue;
        }
        if (moved.error() != asio::error::would_block)
            co_return direct_failure(moved.error());
        if (const auto failed = co_await from.wait(stream::readiness::readable))
            co_return transfer_end(side::data, failed);
    }
}

// What an upload still holds in memory when its stream has ended: its last bytes.
struct tail {
    std::unique_ptr<char[]> memory = std::make_unique_for_overwrite<char[]>(buffer_size);
    std::size_t filled = 0;
};

awaitable<transfer_end> receive_plain(stream& from, storage::upload& to, tail& last,
                                      transfer_progress& progress) {
    for (;;) {
        const std::span space(last.memory.get() + last.filled, buffer_size - last.filled);
        const auto n = co_await from.read_some(space);
        if (!n)
            co_return transfer_end(side::data, n.error());
        if (*n == 0)
            co_return transfer_end();
        progress.moved(*n);
        if (progress.bytes > progress.most)
            co_return too_long();
        last.filled += *n;
        if (last.filled < buffer_size)
            continue;
        const std::span<const char> full(last.memory.get(), buffer_size);
        const auto written = co_await write_to_store(to, full, progress);
        if (!written)
            co_return transfer_end(side::store, written.error());
        last.filled = 0;
        if (to.can_receive())
            co_return co_await receive_directly(from, to, progress);
    }
}

awaitable<transfer_end> receive_ascii(stream& from, storage::upload& to, std::string& last,
                                      transfer_progress& progress) {
    const auto memory = std::make_unique_for_overwrite<char[]>(buffer_size);
    ascii_decoder decoder;
    for (;;) {
        const std::span space(memory.get(), buffer_size);
        const auto n = co_await from.read_some(space);
        if (!n)
            co_return transfer_end(side::data, n.error());
        if (*n == 0)
            break;
        progress.moved(*n);
        if (progress.bytes > progress.most)
            co_return too_long();
        decoder.decode({memory.get(), *n}, last);
        if (last.size() < buffer_size)
            continue;
        const auto written = co_await write_to_store(to, last, progress);
        if (!written)
            co_return transfer_end(side::store, written.error());
        last.clear();
    }
    decoder.finish(last);
    co_return transfer_end();
}

} // namespace

awaitable<transfer_end> send_body(stream& to, storage::body& from, conversion convert,
                                  transfer_progress& progress) {
    const bool directly = convert == conversion::none && from.can_send() &&
                          from.remaining() >= worth_sending_directly;
    transfer_end end;
    if (directly)
        end = co_await send_directly(to, from, progress);
    else
        end = co_await send_through_buffer(to, from, convert, progress);
    if (end.failed != side::none)
        co_return end;
    const auto ended = co_await to.end();
    if (!ended)
        co_return transfer_end(side::data, ended.error());
    co_return end;
}

namespace {

// An upload whose data are all there. It outlives its transfer where the store takes too long.
struct finalization {
    finalization(const asio::any_io_executor& executor, std::unique_ptr<storage::upload> u,
                 late_answer l)
        : to(std::move(u)), late(std::move(l)), committed(executor) {}

    std::unique_ptr<storage::upload> to;
    late_answer late;
    tail plain;
    std::string ascii;
    std::span<const char> last; // of plain or ascii
    eventual<result<storage::put_result>> committed;
    std::stop_source left; // nobody waits for it

    void end(result<storage::put_result> how) {
        if (left.stop_requested())
            late(how);
        else
            committed.tell(std::move(how));
    }
};

awaitable<void> carry_out(std::shared_ptr<finalization> f) {
    auto committed = co_await f->to->commit(f->last);
    if (!committed && f->left.stop_requested())
        co_await f->to->suspend();
    f->end(std::move(committed));
}

awaitable<transfer_end> finalize(std::shared_ptr<finalization> f, transfer_progress& progress,
                                 std::optional<storage::put_result>& stored) {
    progress.committing = true;
    progress.moved(0);
    progress.leave_commit = [f] {
        f->left.request_stop();
        f->to->leave();
    };
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, carry_out(f), [f](std::exception_ptr bug) {
        if (bug)
            f->end(storage::errc::unavailable);
    });
    const auto committed = co_await f->committed.take(f->left.get_token());
    progress.leave_commit = nullptr;
    if (!committed)
        co_return transfer_end(side::unconfirmed, error_code());
    if (!*committed) {
        co_await f->to->suspend();
        co_return transfer_end(side::store, committed->error());
    }
    stored = **committed;
    co_return transfer_end();
}

} // namespace

awaitable<transfer_end> receive_body(stream& from, std::unique_ptr<storage::upload> to,
                                     conversion convert, transfer_progress& progress,
                                     std::optional<storage::put_result>& stored, late_answer late,
                                     broken_upload broken) {
    const auto executor = co_await asio::this_coro::executor;
    const auto f = std::make_shared<finalization>(executor, std::move(to), std::move(late));
    transfer_end end;
    if (convert == conversion::ascii) {
        end = co_await receive_ascii(from, *f->to, f->ascii, progress);
        f->last = f->ascii;
    } else {
        end = co_await receive_plain(from, *f->to, f->plain, progress);
        f->last = std::span<const char>(f->plain.memory.get(), f->plain.filled);
    }
    // Some clients wait for our close_notify before they listen for the reply.
    if (end.failed == side::none)
        static_cast<void>(co_await from.end());
    const bool client_is_there = !progress.may_commit || progress.may_commit();
    const bool wanted = !progress.aborted && (client_is_there || progress.is_whole());
    if (end.failed == side::none && !wanted)
        end = aborted();
    if (end.failed == side::none && progress.must_be_whole && !progress.is_whole())
        end = transfer_end(side::too_short, error_code());
    if (end.failed == side::none)
        co_return co_await finalize(f, progress, stored);
    if (broken == broken_upload::commit && end.failed == side::data && progress.bytes > 0)
        static_cast<void>(co_await finalize(f, progress, stored));
    else if (end.failed == side::too_long)
        co_await f->to->abort();
    else
        co_await f->to->suspend();
    co_return end;
}

} // namespace objftpd::server
