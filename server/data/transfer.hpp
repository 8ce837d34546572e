#pragma once

#include "server/data/stream.hpp"
#include "server/protocol/ascii.hpp"
#include "storage/adapter.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace objftpd::server {

/// What others may see of a running transfer, and how they stop it. Same thread as the transfer.
struct transfer_progress {
    std::uint64_t bytes = 0;
    std::chrono::steady_clock::time_point last_moved;
    bool aborted = false;     // set by others: the transfer ends at its next step
    bool stores_turn = false; // the peer waits for the store: however long, it is no stall
    bool committing = false;  // all data are there; nothing stops it any more

    // Of uploads, in bytes.
    std::uint64_t announced = 0;     // in all, by ALLO; 0: not known
    std::uint64_t kept = 0;          // of the file, in front of what comes
    std::uint64_t most = UINT64_MAX; // that may come
    bool must_be_whole = false;

    /// Whether as much has come as ALLO announced: of the file, or of what an upload adds to it.
    bool is_whole() const {
        return announced != 0 && (bytes == announced || kept + bytes == announced);
    }

    /// Whether no more has come, and it may come yet.
    bool may_become_whole() const { return announced != 0 && bytes <= announced; }

    /// Asked at the end of an upload's data; "no" gives it up, unless it is whole. Empty: yes.
    std::function<bool()> may_commit;

    /// While it commits: lets it go on without the client, who is told that it is not confirmed.
    std::function<void()> leave_commit;

    void moved(std::size_t n) {
        bytes += n;
        last_moved = std::chrono::steady_clock::now();
    }
};

/// For as long as it lives the store has the turn in a transfer.
class stores_turn {
public:
    explicit stores_turn(transfer_progress& progress) : progress_(progress) {
        progress_.stores_turn = true;
    }
    stores_turn(const stores_turn&) = delete;
    stores_turn& operator=(const stores_turn&) = delete;
    ~stores_turn() {
        progress_.stores_turn = false;
        progress_.moved(0);
    }

private:
    transfer_progress& progress_;
};

/// How a transfer ended. With `side::data` the connection broke, with `side::store` the store
/// did; the error says how. `unconfirmed`: the store has all data, and its answer is not there yet.
/// `too_long` and `too_short` break the bounds that transfer_progress sets to an upload.
struct transfer_end {
    enum class side { none, data, store, unconfirmed, too_long, too_short };

    transfer_end() = default;
    transfer_end(side s, error_code e) : failed(s), error(e) {}

    side failed = side::none;
    error_code error;
};

enum class conversion { none, ascii };

/// What becomes of an upload whose data connection breaks.
enum class broken_upload { suspend, commit };

/// Sends the whole body. Long bodies go straight from store to socket where both can.
awaitable<transfer_end> send_body(stream& to, storage::body& from, conversion convert,
                                  transfer_progress& progress);

/// Told on the same thread what became of an upload that nobody waited for any more.
using late_answer = std::function<void(const result<storage::put_result>&)>;

/// Receives up to the orderly end of the stream and commits. What breaks off before is a failed
/// transfer; the upload is suspended then or, if `broken` says so, committed as far as it came.
/// What is longer than progress.most is aborted, what must be whole and is not is suspended.
/// `stored` is set when it is committed, else the object stays as it was.
awaitable<transfer_end> receive_body(stream& from, std::unique_ptr<storage::upload> to,
                                     conversion convert, transfer_progress& progress,
                                     std::optional<storage::put_result>& stored, late_answer late,
                                     broken_upload broken);

} // namespace objftpd::server
