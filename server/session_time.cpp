// The time limits of a session.
#include "server/session.hpp"

#include <utility>

namespace objftpd::server {
namespace {

constexpr auto farewell_time = std::chrono::seconds(5);

// For the store to end what its client has given up.
constexpr std::chrono::seconds patience_after_abor(1);

} // namespace

// Before login the time limit counts from the connection on, whatever the client sends.
void session::touch() {
    if (account && !idle_too_long_)
        control_deadline_ = clock::now() + shared.settings.server.idle_timeout;
}

void session::expect_data_within(std::chrono::seconds limit) {
    data_deadline_ = clock::now() + limit;
}

void session::expect_client_on_port() {
    port_deadline_ = clock::now() + shared.settings.server.passive_timeout;
}

void session::tick(clock::time_point now) {
    const bool stalled =
        operation.running && operation.streaming && !operation.progress.committing &&
        !operation.progress.stores_turn &&
        now - operation.progress.last_moved >= shared.settings.server.stall_timeout;
    if (now >= data_deadline_ || stalled) {
        data_deadline_ = clock::time_point::max();
        operation.timed_out = true;
        data.cancel();
    }
    if (now >= operation.answer_due) {
        operation.answer_due = clock::time_point::max();
        operation.timed_out = true;
        operation.stop.request_stop();
        if (operation.leave)
            std::exchange(operation.leave, nullptr)();
    }
    const auto commit_patience = operation.abors_to_answer > 0
                                     ? patience_after_abor
                                     : shared.settings.server.finalize_timeout;
    if (operation.progress.leave_commit && now - operation.progress.last_moved >= commit_patience)
        std::exchange(operation.progress.leave_commit, nullptr)();
    if (operation.leave && operation.progress.aborted &&
        now - operation.aborted_since >= patience_after_abor)
        std::exchange(operation.leave, nullptr)();
    if (now >= port_deadline_ && !operation.running) {
        port_deadline_ = clock::time_point::max();
        data.clear();
    }
    // Replies that nobody takes end a session, whatever else it is doing.
    if (replies_.is_stuck(now, shared.settings.server.stall_timeout))
        kill();
    if (now >= handshake_deadline_)
        control_.cancel();
    data.tick(now);
    if (reading_)
        lines_.shrink();
    if (now < control_deadline_ || operation.running)
        return;
    if (idle_too_long_) { // and the farewell is not taken either
        control_.cancel();
        return;
    }
    idle_too_long_ = true;
    control_deadline_ = now + farewell_time;
    wake_reader();
}

} // namespace objftpd::server
