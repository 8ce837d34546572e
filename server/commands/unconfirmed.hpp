#pragma once

#include "config/eventual.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace objftpd::server::commands {

namespace detail {

template <class T>
struct work_in_store {
    work_in_store(const session& s, std::function<void(const result<T>&)> l)
        : files(s.files), counted(s.shared.unattended.begin()), late(std::move(l)),
          outcome(s.context.get_executor()) {}

    void end(result<T> how) {
        if (left.stop_requested())
            late(how);
        else
            outcome.tell(std::move(how));
    }

    const std::shared_ptr<const storage::virtual_filesystem> files; // whose work it is
    const std::shared_ptr<const void> counted;
    const std::function<void(const result<T>&)> late;
    eventual<result<T>> outcome;
    std::stop_source left; // nobody waits for it
};

template <class T>
awaitable<void> carry_out(std::shared_ptr<work_in_store<T>> shared, awaitable<result<T>> work) {
    auto outcome = co_await std::move(work);
    shared->end(std::move(outcome));
}

} // namespace detail

/// Awaits a change by session::files that nothing ends once the store has begun it. A client that
/// gives up does not wait longer than a moment: nothing then, and `late` is told on the same thread
/// how it ended. `work` must not refer to the session.
template <class T>
awaitable<std::optional<result<T>>> unless_left(session& s, awaitable<result<T>> work,
                                                std::function<void(const result<T>&)> late) {
    if (!s.operation.running) // nobody is heard beside it
        co_return co_await std::move(work);
    const auto shared = std::make_shared<detail::work_in_store<T>>(s, std::move(late));
    s.operation.leave = [shared] { shared->left.request_stop(); };
    asio::co_spawn(s.context, detail::carry_out(shared, std::move(work)),
                   [shared](std::exception_ptr bug) {
                       if (bug)
                           shared->end(storage::errc::unavailable);
                   });
    auto outcome = co_await shared->outcome.take(shared->left.get_token());
    s.operation.leave = nullptr;
    co_return outcome;
}

/// The same for what opens something, or only asks: what is opened when nobody waits any more is
/// dropped, and asio::error::operation_aborted comes in its place.
template <class T>
awaitable<result<T>> open_unless_left(session& s, awaitable<result<T>> work) {
    std::function<void(const result<T>&)> drop = [](const result<T>&) {};
    auto ended = co_await unless_left<T>(s, std::move(work), std::move(drop));
    if (!ended)
        co_return error_code(asio::error::operation_aborted);
    co_return std::move(*ended);
}

/// A change that its client may stop to wait for, as the log and a reply tell of it.
class unconfirmed_change {
public:
    /// `noun` is what it is: "Rename".
    unconfirmed_change(const session& s, const storage::virtual_path& path, std::string noun);

    /// Nobody waits any more.
    reply left() const;

    /// How it ended then.
    template <class T>
    void operator()(const result<T>& outcome) const {
        ended(outcome ? error_code() : outcome.error());
    }

private:
    void ended(const error_code& failed) const;

    std::string noun_;
    std::uint64_t session_;
    std::string user_;
    std::string path_;
    std::string operation_;
};

} // namespace objftpd::server::commands
