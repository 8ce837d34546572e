#include "config/log.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"
#include "storage/refused_action.hpp"

namespace objftpd::server::commands {
namespace {

using storage::errc;

void log_change(session& s, std::string_view event, const storage::virtual_path& path,
                const std::string& to = {}) {
    config::log::info(
        event, {{"session", s.id}, {"user", s.account->name}, {"path", path.text()}, {"to", to}});
}

// A change of one file or directory, which no client waits for longer than for the end of an
// upload.
awaitable<std::optional<result<>>> change(session& s, awaitable<result<>> work,
                                          const unconfirmed_change& unconfirmed) {
    s.operation.answer_due = session::clock::now() + s.shared.settings.server.finalize_timeout;
    auto ended = co_await unless_left<void>(s, std::move(work), unconfirmed);
    s.operation.answer_due = session::clock::time_point::max();
    co_return ended;
}

// Who may store but not list must get to where it stores: whether there is such a directory makes
// no difference to a store that has none.
awaitable<reply> change_directory(session& s, std::string argument) {
    auto found = co_await s.find(argument, storage::expected::directory);
    if (!found && storage::refused_action_of(found.error())) {
        auto path = s.resolve(argument);
        if (!path)
            co_return reply_for(path.error());
        s.directory = std::move(*path);
        co_return reply(250, "Directory changed; the store does not tell whether it is there.");
    }
    if (!found) {
        const auto path = s.resolve(argument);
        // It has vanished with its last file: who is there may stay, and store the next one.
        if (path && *path == s.directory && found.error() == errc::not_found)
            co_return reply(250, "Directory unchanged; it is empty.");
        co_return reply_for(found.error());
    }
    if (!found->entry.directory)
        co_return reply(550, "Not a directory.");
    s.directory = std::move(found->path);
    co_return reply(250, "Directory changed.");
}

} // namespace

awaitable<reply> cwd(session& s, std::string argument) {
    if (argument.empty() || argument == "~")
        argument = s.account->home;
    co_return co_await change_directory(s, std::move(argument));
}

awaitable<reply> cdup(session& s, std::string) {
    co_return co_await change_directory(s, "..");
}

awaitable<reply> pwd(session& s, std::string) {
    co_return reply(257,
                    quoted_path(s.to_client(s.directory.text())) + " is the current directory.");
}

awaitable<reply> mkd(session& s, std::string argument) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    const reply made(257, quoted_path(s.to_client(path->text())) + " created.");
    const unconfirmed_change unconfirmed(s, *path, "Directory");
    auto work = s.files->make_directory(*path, s.missing_parents());
    const auto ended = co_await change(s, std::move(work), unconfirmed);
    if (!ended)
        co_return unconfirmed.left();
    const auto& done = *ended;
    if (done) {
        log_change(s, "directory made", *path);
        co_return made;
    }
    if (done.error() != errc::already_exists)
        co_return reply_for(done.error());
    // Batch scripts that make their directory each time may have it accepted; a file in its
    // place never is, which the store knows better than a listing of some seconds ago.
    s.files->forget(*path);
    const auto entry = co_await s.look_up(*path);
    if (entry && !entry->directory)
        co_return reply(550, "A file has that name.");
    if (entry && s.account->mkd_existing == config::existing_directory::accept)
        co_return made;
    co_return reply(550, "Directory exists.");
}

awaitable<reply> rmd(session& s, std::string argument) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    const unconfirmed_change unconfirmed(s, *path, "Removal");
    auto work = s.files->remove_directory(*path);
    const auto ended = co_await change(s, std::move(work), unconfirmed);
    if (!ended)
        co_return unconfirmed.left();
    const auto& done = *ended;
    if (!done)
        co_return reply_for(done.error());
    log_change(s, "directory removed", *path);
    co_return reply(250, "Directory removed.");
}

awaitable<reply> dele(session& s, std::string argument) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    const unconfirmed_change unconfirmed(s, *path, "Removal");
    auto work = s.files->remove(*path);
    const auto ended = co_await change(s, std::move(work), unconfirmed);
    if (!ended) {
        s.forget_told(*path);
        co_return unconfirmed.left();
    }
    const auto& done = *ended;
    const bool is_missing = !done && done.error() == errc::not_found;
    if (is_missing)
        s.forget_told(*path);
    if (is_missing && s.account->dele_missing == config::missing_file::accept)
        co_return reply(250, "There is no such file.");
    if (!done)
        co_return reply_for(done.error());
    log_change(s, "deleted", *path);
    s.forget_told(*path);
    co_return reply(250, "File deleted.");
}

awaitable<reply> rnfr(session& s, std::string argument) {
    auto found = co_await s.find(std::move(argument));
    if (!found)
        co_return reply_for(found.error());
    if (found->entry.unfinished)
        co_return reply(550, "An upload of it broke off, which cannot be renamed.");
    s.rename_from = std::move(found->path);
    co_return reply(350, "Ready for RNTO.");
}

awaitable<reply> rnto(session& s, std::string argument) {
    if (!s.rename_from)
        co_return reply(503, "Send RNFR first.");
    const auto from = *std::exchange(s.rename_from, std::nullopt);
    const auto to = s.resolve(argument);
    if (!to)
        co_return reply_for(to.error(), purpose::store);
    if (*to == from)
        co_return reply(250, "Renamed.");
    storage::rename_options options;
    if (!s.may(config::right::overwrite))
        options.existing = storage::overwrite::refused;
    options.missing = s.missing_parents();
    options.stop = s.operation.stop.get_token();
    options.progress = std::make_shared<storage::work_progress>();
    s.operation.steps = options.progress;
    const unconfirmed_change unconfirmed(s, from, "Rename");
    auto work = s.files->rename(from, *to, std::move(options));
    const auto ended = co_await unless_left<void>(s, std::move(work), unconfirmed);
    if (!ended)
        co_return unconfirmed.left();
    const auto& done = *ended;
    if (!done && done.error() == errc::not_found)
        co_return reply(550, "No such file or directory.");
    const bool goes_on = !done && done.error() == errc::to_be_finished;
    if (!done && s.operation.progress.aborted && !goes_on)
        co_return reply(451, "Rename aborted.");
    if (!done)
        co_return reply_for(done.error(), purpose::store);
    log_change(s, "renamed", from, to->text());
    co_return reply(250, "Renamed.");
}

} // namespace objftpd::server::commands
