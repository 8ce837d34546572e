#include "config/log.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/set_time.hpp"
#include "server/commands/site_table.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/protocol/timestamps.hpp"
#include "server/protocol/words.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

namespace objftpd::server::commands {
namespace {

using storage::errc;

// What others see of a command that may take long.
std::shared_ptr<storage::work_progress> show_progress(session& s) {
    auto progress = std::make_shared<storage::work_progress>();
    s.operation.steps = progress;
    return progress;
}

awaitable<reply> copy(session& s, storage::virtual_path from, std::string to_name) {
    if (!s.may(config::right::create))
        co_return reply(550, "Permission denied.");
    const auto to = s.resolve(to_name);
    if (!to)
        co_return reply_for(to.error(), purpose::store);
    if (*to == from)
        co_return reply(553, "Source and target are the same.");
    storage::rename_options options;
    if (!s.may(config::right::overwrite))
        options.existing = storage::overwrite::refused;
    options.missing = s.missing_parents();
    options.stop = s.operation.stop.get_token();
    options.progress = show_progress(s);
    const unconfirmed_change unconfirmed(s, from, "Copy");
    auto work = s.files->copy(from, *to, std::move(options));
    const auto ended = co_await unless_left<storage::put_result>(s, std::move(work), unconfirmed);
    if (!ended)
        co_return unconfirmed.left();
    const auto& made = *ended;
    if (!made && s.operation.progress.aborted)
        co_return reply(451, "Copy aborted.");
    if (!made && made.error() == errc::not_found)
        co_return reply(550, "No such file or directory.");
    if (!made)
        co_return reply_for(made.error(), purpose::store);
    config::log::info("copied", {{"session", s.id},
                                 {"user", s.account->name},
                                 {"path", from.text()},
                                 {"to", to->text()},
                                 {"size", made->size}});
    co_return reply(250, "Copied.");
}

} // namespace

// Objects have no mode; PHP scripts take a refusal for a failed upload.
awaitable<reply> site_chmod(session& s, std::string argument) {
    const auto space = argument.find(' ');
    const bool octal =
        space != argument.npos && space > 0 && argument.find_first_not_of("01234567") == space;
    if (!octal || space + 1 == argument.size())
        co_return reply(501, "SITE CHMOD wants an octal mode and a path.");
    if (s.account->chmod == config::chmod_policy::reject)
        co_return reply(550, "Permission denied.");
    const auto file = co_await s.find(argument.substr(space + 1));
    if (!file)
        co_return reply_for(file.error());
    co_return reply(200, "Accepted; files have no mode here.");
}

awaitable<reply> site_utime(session& s, std::string argument) {
    const auto timed = parse_site_utime(argument);
    if (!timed)
        co_return reply(501, "SITE UTIME wants YYYYMMDDhhmm[ss] and a path.");
    co_return co_await set_time(s, timed->path, timed->time);
}

awaitable<reply> site_copy(session& s, std::string argument) {
    auto words = split_words(argument);
    if (!words || words->size() != 2)
        co_return reply(501, "SITE COPY wants two paths; one with spaces in double quotes.");
    const auto from = s.resolve(words->front());
    if (!from)
        co_return reply_for(from.error());
    co_return co_await copy(s, *from, std::move(words->back()));
}

// As ProFTPD's mod_copy has them, for names with spaces.
awaitable<reply> site_cpfr(session& s, std::string argument) {
    auto found = co_await s.find(only_word(argument));
    if (!found)
        co_return reply_for(found.error());
    if (found->entry.directory)
        co_return reply(550, "Is a directory.");
    if (found->entry.unfinished)
        co_return reply(550, "An upload of it broke off, which cannot be copied.");
    s.copy_from = std::move(found->path);
    co_return reply(350, "Ready for SITE CPTO.");
}

awaitable<reply> site_cpto(session& s, std::string argument) {
    if (!s.copy_from)
        co_return reply(503, "Send SITE CPFR first.");
    auto from = *std::exchange(s.copy_from, std::nullopt);
    co_return co_await copy(s, std::move(from), only_word(argument));
}

awaitable<reply> site_du(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    const auto sum =
        co_await s.files->measure(*path, s.operation.stop.get_token(), show_progress(s));
    if (!sum && s.operation.progress.aborted)
        co_return reply(426, "Aborted.");
    if (!sum)
        co_return reply_for(sum.error());
    co_return reply(200, std::to_string(sum->files) + " files, " + std::to_string(sum->bytes) +
                             " bytes.");
}

awaitable<reply> site_quota(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    const auto space = co_await s.files->free_space(*path);
    if (!space && space.error() == errc::unsupported)
        co_return reply(200, "No quota is set; the store tells of no limit.");
    if (!space)
        co_return reply_for(space.error());
    co_return reply(200, "No quota is set; " + std::to_string(*space) + " bytes are free.");
}

awaitable<reply> site_refresh(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    s.files->forget(*path);
    co_return reply(200, "The store is asked anew.");
}

awaitable<reply> site_rmdir(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    const auto progress = show_progress(s);
    const auto removed =
        co_await s.files->remove_tree(*path, s.operation.stop.get_token(), progress);
    const auto files = progress->done.load();
    if (!removed && s.operation.progress.aborted)
        co_return reply(451, "Aborted; " + std::to_string(files) + " files are gone.");
    if (!removed)
        co_return reply_for(removed.error());
    config::log::info(
        "directory removed with all in it",
        {{"session", s.id}, {"user", s.account->name}, {"path", path->text()}, {"files", files}});
    co_return reply(250, "Removed with " + std::to_string(files) + " files.");
}

} // namespace objftpd::server::commands
