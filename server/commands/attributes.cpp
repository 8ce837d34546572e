#include "config/ascii_text.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/hash_names.hpp"
#include "server/commands/set_time.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/protocol/timestamps.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

namespace objftpd::server::commands {
namespace {

// Old clients quote names with spaces: XCRC "my file".
std::string without_quotes(std::string name) {
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
        return name.substr(1, name.size() - 2);
    return name;
}

reply digest_failure(const session& s, const error_code& error) {
    return s.operation.progress.aborted ? reply(426, "Aborted.") : reply_for(error);
}

awaitable<reply> checksum(session& s, std::string argument, storage::hash_algorithm algorithm) {
    if (argument.starts_with('"') && !argument.ends_with('"'))
        co_return reply(504, "Checksums of a part of a file are not supported.");
    const auto path = s.resolve(without_quotes(std::move(argument)));
    if (!path)
        co_return reply_for(path.error());
    const auto sum = co_await s.files->digest(*path, algorithm, s.operation.stop.get_token());
    if (!sum)
        co_return digest_failure(s, sum.error());
    co_return reply(250, config::to_upper(*sum));
}

} // namespace

awaitable<reply> size(session& s, std::string argument) {
    // RFC 3659, 4: the size of what a transfer would send, which converting makes unknown.
    if (s.type == session::representation::ascii &&
        s.account->ascii == config::ascii_policy::convert)
        co_return reply(550, "SIZE is not allowed in ASCII mode.");
    const auto file = co_await s.find(argument);
    if (!file)
        co_return reply_for(file.error());
    if (file->entry.directory)
        co_return reply(550, "Is a directory.");
    s.tell(file->path, file->entry);
    co_return reply(213, std::to_string(file->entry.size));
}

awaitable<reply> mdtm(session& s, std::string argument) {
    const auto file = co_await s.find(argument);
    if (!file) {
        // RFC 3659, 3.1: a file whose name begins with digits and a space comes first; only then
        // does "MDTM time path" set the time, as ncftp and WinSCP use it.
        const auto timed = parse_timed_path(argument);
        if (!timed || !s.may(config::right::set_attributes))
            co_return reply_for(file.error());
        co_return co_await set_time(s, timed->path, timed->time);
    }
    if (file->entry.directory)
        co_return reply(550, "Is a directory.");
    std::string text;
    append_timestamp(text, std::chrono::floor<std::chrono::seconds>(file->entry.modified));
    co_return reply(213, std::move(text));
}

awaitable<reply> mfmt(session& s, std::string argument) {
    const auto timed = parse_timed_path(argument);
    if (!timed)
        co_return reply(501, "MFMT wants YYYYMMDDhhmmss and a path.");
    co_return co_await set_time(s, timed->path, timed->time);
}

awaitable<reply> set_time(session& s, std::string name, std::chrono::sys_seconds time) {
    if (s.account->set_time == config::set_time_policy::reject)
        co_return reply(550, "Setting times is switched off here.");
    const auto file = co_await s.find(name);
    if (!file)
        co_return reply_for(file.error());
    if (s.account->set_time == config::set_time_policy::apply) {
        const unconfirmed_change unconfirmed(s, file->path, "Change");
        auto work = s.files->set_modified(file->path, time);
        const auto ended = co_await unless_left<void>(s, std::move(work), unconfirmed);
        if (!ended)
            co_return unconfirmed.left();
        const auto& done = *ended;
        // A store without times of its own must not make a good upload look failed.
        if (!done && done.error() != storage::errc::unsupported)
            co_return reply_for(done.error());
    }
    std::string text = "Modify=";
    append_timestamp(text, time);
    co_return reply(213, text + "; " + name);
}

awaitable<reply> avbl(session& s, std::string argument) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    const auto space = co_await s.files->free_space(*path);
    if (!space)
        co_return reply_for(space.error());
    co_return reply(213, std::to_string(*space));
}

// draft-bryan-ftpext-hash: "213 SHA-256 0-49 hex name", an empty file as 0-0.
awaitable<reply> hash(session& s, std::string argument) {
    const auto file = co_await s.find(argument);
    if (!file)
        co_return reply_for(file.error());
    if (file->entry.directory)
        co_return reply(553, "Is a directory.");
    const auto sum = co_await s.files->digest(file->path, s.hash, s.operation.stop.get_token());
    if (!sum)
        co_return digest_failure(s, sum.error());
    const auto last = file->entry.size == 0 ? 0 : file->entry.size - 1;
    co_return reply(213, std::string(hash_name(s.hash)) + " 0-" + std::to_string(last) + ' ' +
                             *sum + ' ' + argument);
}

awaitable<reply> xcrc(session& s, std::string argument) {
    co_return co_await checksum(s, std::move(argument), storage::hash_algorithm::crc32);
}

awaitable<reply> xmd5(session& s, std::string argument) {
    co_return co_await checksum(s, std::move(argument), storage::hash_algorithm::md5);
}

awaitable<reply> xsha1(session& s, std::string argument) {
    co_return co_await checksum(s, std::move(argument), storage::hash_algorithm::sha1);
}

awaitable<reply> xsha256(session& s, std::string argument) {
    co_return co_await checksum(s, std::move(argument), storage::hash_algorithm::sha256);
}

awaitable<reply> xsha512(session& s, std::string argument) {
    co_return co_await checksum(s, std::move(argument), storage::hash_algorithm::sha512);
}

} // namespace objftpd::server::commands
