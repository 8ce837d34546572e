// What the paths that a session's client sends mean.
#include "server/session.hpp"

#include "config/log.hpp"
#include "server/protocol/charset.hpp"
#include "storage/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <utility>

namespace objftpd::server {

config::charset session::charset() const {
    return account && !utf8_requested ? account->charset : config::charset::utf8;
}

result<storage::virtual_path> session::resolve(std::string_view argument) const {
    if (charset() == config::charset::utf8)
        return storage::virtual_path::resolve(directory, argument);
    const auto decoded = decode_name(argument, charset());
    if (!decoded)
        return storage::errc::invalid_path;
    return storage::virtual_path::resolve(directory, *decoded);
}

// Goes on when nobody waits any more: what the store remembers of it helps who asks again.
awaitable<void> session::ask(std::shared_ptr<const storage::virtual_filesystem> files,
                             storage::virtual_path path, storage::expected kind,
                             std::shared_ptr<question> asked) {
    auto told = co_await files->stat(std::move(path), kind);
    asked->tell(std::move(told));
}

awaitable<result<storage::entry>> session::look_up(storage::virtual_path path,
                                                   storage::expected kind) {
    const auto executor = co_await asio::this_coro::executor;
    const auto before = std::exchange(asked_, std::make_shared<question>(executor));
    const auto mine = asked_;
    const auto stop = operation.stop.get_token();
    operation.answer_due = clock::now() + shared.settings.server.finalize_timeout;
    // What ABOR has left behind may still stand in line for the store: one question at a time.
    std::optional<result<storage::entry>> answer;
    if (before)
        answer = co_await before->take(stop);
    if (before && !answer) {
        asked_ = before;
    } else {
        asio::co_spawn(
            executor, ask(files, std::move(path), kind, mine),
            [mine, number = id](std::exception_ptr bug) {
                if (!bug)
                    return;
                config::log::error("a question ended by an exception", {{"session", number}});
                mine->tell(storage::errc::unavailable);
            });
        answer = co_await mine->take(stop);
    }
    operation.answer_due = clock::time_point::max();
    if (answer) {
        asked_.reset();
        co_return std::move(*answer);
    }
    co_return error_code(operation.timed_out ? asio::error::timed_out
                                             : asio::error::operation_aborted);
}

awaitable<result<session::named_entry>> session::find(std::string argument,
                                                      storage::expected kind) {
    auto path = resolve(argument);
    if (!path)
        co_return path.error();
    const auto entry = co_await look_up(*path, kind);
    if (!entry && entry.error() == storage::errc::not_found && kind == storage::expected::file)
        forget_told(*path);
    if (!entry)
        co_return entry.error();
    named_entry f;
    f.path = std::move(*path);
    f.entry = *entry;
    co_return f;
}

void session::tell(const storage::virtual_path& path, const storage::entry& e) {
    if (!e.unfinished) {
        forget_told(path);
        return;
    }
    told_here.tell(account->name, path.text(), e.size);
    shared.told.tell(account->name, path.text(), e.size);
}

std::optional<std::uint64_t> session::told(const storage::virtual_path& path) const {
    const auto here = told_here.find(account->name, path.text());
    return here ? here : shared.told.find(account->name, path.text());
}

void session::forget_told(const storage::virtual_path& path) {
    told_here.forget(account->name, path.text());
    shared.told.forget(account->name, path.text());
}

std::string session::to_client(std::string_view utf8) const {
    if (charset() == config::charset::utf8)
        return std::string(utf8);
    return encode_name(utf8, charset()).value_or("?");
}

} // namespace objftpd::server
