#include "config/log.hpp"
#include "server/commands/archived.hpp"
#include "server/commands/data_connection.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/commands/upload_rights.hpp"
#include "server/protocol/ulid.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <charconv>

namespace objftpd::server::commands {
namespace {

using storage::errc;

std::string seconds_since(session::clock::time_point start) {
    const auto elapsed = std::chrono::duration<double>(session::clock::now() - start).count();
    std::array<char, 32> text;
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), elapsed, std::chars_format::fixed, 3);
    return {text.data(), end.ptr};
}

std::string opening(const session& s, std::string_view rest) {
    std::string text = conversion_of(s) == conversion::ascii ? "Opening ASCII" : "Opening BINARY";
    text += " mode data connection";
    text += rest;
    return text;
}

// What the log says of an upload, also when its session has ended.
class upload_record {
public:
    upload_record(const session& s, const storage::virtual_path& path)
        : session_(s.id), user_(s.account->name), path_(path.text()),
          object_(s.files->describe(path)), since_(s.operation.since) {}

    void stored(std::string_view event, const storage::put_result& made) const {
        if (!config::log::enabled(config::log_level::info))
            return;
        config::log::info(event,
                          {{"session", session_},
                           {"user", user_},
                           {"path", path_},
                           {"object", object_},
                           {"size", made.size},
                           {"crc64", made.crc64 ? std::to_string(*made.crc64) : std::string()},
                           {"seconds", seconds_since(since_)}});
    }

    void failed(const error_code& why) const {
        config::log::error("an upload that was not confirmed has failed",
                           {{"session", session_},
                            {"user", user_},
                            {"path", path_},
                            {"object", object_},
                            {"error", why.message()}});
    }

private:
    std::uint64_t session_;
    std::string user_;
    std::string path_;
    std::string object_;
    session::clock::time_point since_;
};

// Receives into an upload that has been opened, and answers.
awaitable<reply> receive(session& s, storage::virtual_path path,
                         std::unique_ptr<storage::upload> to, reply preliminary,
                         std::string complete) {
    if (auto failed = co_await open_data(s, std::move(preliminary))) {
        co_await to->suspend();
        co_return std::move(*failed);
    }
    const upload_record record(s, path);
    const auto counted = s.shared.unattended.begin();
    late_answer late = [record, counted](const result<storage::put_result>& made) {
        if (made)
            record.stored("stored, but too late to be confirmed", *made);
        else
            record.failed(made.error());
    };
    std::optional<storage::put_result> stored;
    const auto broken = s.account->on_interrupt == config::interrupted_upload::keep_partial
                            ? broken_upload::commit
                            : broken_upload::suspend;
    const auto end = co_await receive_body(s.data.connection(), std::move(to), conversion_of(s),
                                           s.operation.progress, stored, std::move(late), broken);
    const bool is_whole = end.failed == transfer_end::side::none;
    if (stored && is_whole)
        record.stored(s.has_left() ? "stored, and its client has left" : "stored", *stored);
    else if (stored)
        record.stored("stored in part", *stored);
    if (!is_whole)
        co_return transfer_failure(s, end, purpose::store);
    s.data.finish();
    s.forget_told(path);
    co_return reply(226, std::move(complete));
}

awaitable<reply> upload(session& s, std::string argument, std::uint64_t offset) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error(), purpose::store);
    const auto options = co_await upload_rights(s, *path, offset);
    if (!options)
        co_return co_await upload_refusal(s, *path, options.error());
    auto work = s.files->open_upload(*path, *options);
    auto to = co_await open_unless_left(s, std::move(work));
    if (!to)
        co_return co_await upload_refusal(s, *path, to.error());
    reply preliminary(150, opening(s, "."));
    co_return co_await receive(s, *path, std::move(*to), std::move(preliminary),
                               "Transfer complete.");
}

} // namespace

awaitable<reply> retr(session& s, std::string argument) {
    if (s.restart_at != 0 && conversion_of(s) == conversion::ascii)
        co_return reply(504, "A restart position needs TYPE I.");
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    auto work = s.files->read(*path, s.restart_at, s.operation.stop.get_token());
    const auto from = co_await open_unless_left(s, std::move(work));
    if (!from && from.error() == errc::archived)
        co_return co_await archived_reply(s, *path);
    if (!from)
        co_return reply_for(from.error());
    // curl and lftp take the first number before " bytes" for the size.
    const auto size = conversion_of(s) == conversion::none
                          ? " (" + std::to_string((*from)->remaining()) + " bytes)."
                          : std::string(".");
    reply preliminary(150, opening(s, size));
    if (auto failed = co_await open_data(s, std::move(preliminary)))
        co_return std::move(*failed);
    const auto end =
        co_await send_body(s.data.connection(), **from, conversion_of(s), s.operation.progress);
    if (end.failed != transfer_end::side::none)
        co_return transfer_failure(s, end, purpose::send);
    s.data.finish();
    if (config::log::enabled(config::log_level::info))
        config::log::info("sent", {{"session", s.id},
                                   {"user", s.account->name},
                                   {"path", path->text()},
                                   {"bytes", s.operation.progress.bytes},
                                   {"seconds", seconds_since(s.operation.since)}});
    co_return reply(226, "Transfer complete.");
}

awaitable<reply> stor(session& s, std::string argument) {
    if (s.restart_at != 0 && conversion_of(s) == conversion::ascii)
        co_return reply(504, "A restart position needs TYPE I.");
    co_return co_await upload(s, std::move(argument), s.restart_at);
}

awaitable<reply> appe(session& s, std::string argument) {
    co_return co_await upload(s, std::move(argument), storage::upload_request::at_end);
}

// RFC 1123, 4.1.2.9: the name is told in the exact form "FILE: name". The commit refuses to
// replace, so it is unique whatever others do.
awaitable<reply> stou(session& s, std::string argument) {
    std::string name = argument.empty() ? "file" : std::move(argument);
    name += '.';
    name += make_ulid(std::chrono::system_clock::now());

    const auto path = s.resolve(name);
    if (!path)
        co_return reply_for(path.error(), purpose::store);
    const auto options = unique_upload(s);
    if (!options)
        co_return reply_for(options.error(), purpose::store);
    auto work = s.files->open_upload(*path, *options);
    auto to = co_await open_unless_left(s, std::move(work));
    if (!to)
        co_return co_await upload_refusal(s, *path, to.error());
    reply preliminary(150, "FILE: " + name);
    co_return co_await receive(s, *path, std::move(*to), std::move(preliminary),
                               "Transfer complete (unique file name: " + name + ").");
}

awaitable<reply> abor(session& s, std::string) {
    if (!s.operation.running) {
        const bool waiting = s.data.promised();
        s.data.clear();
        co_return reply(waiting ? 225 : 226,
                        waiting ? "ABOR successful; data connection closed." : "ABOR successful.");
    }
    // The operation answers with 426 first, then comes ABOR's own 226.
    ++s.operation.abors_to_answer;
    s.abort_operation();
    co_return reply();
}

} // namespace objftpd::server::commands
