#include "server/protocol/listing.hpp"
#include "config/log.hpp"
#include "server/commands/data_connection.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/listing_target.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/protocol/facts.hpp"
#include "server/protocol/glob.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

namespace objftpd::server::commands {
namespace {

using storage::errc;

enum class format { list, nlst, mlsd, mlst };

// RFC 3659, 7.5.5: what the user may do with it. On a read-only mount nothing but look.
std::string permissions(const session& s, bool directory, bool writable) {
    std::string perm;
    const auto add = [&](char letter, config::right needed, bool changes) {
        if (s.may(needed) && (writable || !changes))
            perm += letter;
    };
    if (directory) {
        add('c', config::right::create, true);
        add('d', config::right::remove_directory, true);
        add('e', config::right::list, false);
        add('f', config::right::rename, true);
        add('l', config::right::list, false);
        add('m', config::right::make_directory, true);
        add('p', config::right::remove, true);
    } else {
        add('a', config::right::overwrite, true);
        add('d', config::right::remove, true);
        add('f', config::right::rename, true);
        add('r', config::right::read, false);
        add('w', config::right::overwrite, true);
    }
    return perm;
}

// Writes entries in one format; what does not change between them is worked out once.
class formatter {
public:
    formatter(const session& s, format f, std::string directory_part)
        : session_(s), format_(f),
          directory_part_(std::move(directory_part)), perms_{permissions(s, false, false),
                                                             permissions(s, false, true),
                                                             permissions(s, true, false),
                                                             permissions(s, true, true)},
          may_write_{s.may(config::right::overwrite), s.may(config::right::create)},
          now_(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())) {}

    void append(std::string& out, const storage::entry& e) {
        listing_entry line;
        line.name = e.name;
        if (session_.charset() != config::charset::utf8) {
            converted_ = session_.to_client(e.name);
            line.name = converted_;
        }
        line.directory = e.directory;
        line.size = e.size;
        line.modified = std::chrono::floor<std::chrono::seconds>(e.modified);
        line.writable = e.writable && may_write_[e.directory ? 1 : 0];
        if (format_ == format::list) {
            append_list_line(out, line, now_);
        } else if (format_ == format::nlst) {
            append_nlst_line(out, directory_part_, line.name);
        } else {
            fact_entry f;
            f.entry = line;
            f.type = line.directory ? "dir" : "file";
            f.perm = perms_[(e.directory ? 2 : 0) + (e.writable ? 1 : 0)];
            append_facts(out, f, session_.facts);
            if (format_ == format::mlsd)
                out += "\r\n";
        }
    }

private:
    const session& session_;
    format format_;
    std::string directory_part_;
    std::array<std::string, 4> perms_; // file, writable file, directory, writable directory
    std::array<bool, 2> may_write_;    // files, directories
    std::string converted_;
    std::chrono::sys_seconds now_;
};

transfer_end store_failed(const error_code& error) {
    return {transfer_end::side::store, error};
}

// What LIST -R has to remember; more is refused.
constexpr std::size_t max_waiting = 10'000;

bool is_wanted(const std::string& pattern, const storage::entry& e) {
    return pattern.empty() || matches(pattern, e.name);
}

// What the client learns from a page of how far its uploads came.
void tell_of(session& s, const storage::virtual_path& directory, const std::string& pattern,
             std::span<const storage::entry> page) {
    const bool nothing_to_forget = s.told_here.empty() && s.shared.told.empty();
    for (const auto& e : page) {
        if ((!e.unfinished && nothing_to_forget) || !is_wanted(pattern, e))
            continue;
        if (const auto path = storage::virtual_path::resolve(directory, e.name))
            s.tell(*path, e);
    }
}

// Sends one directory page by page; subdirectories are remembered in `found` if wanted.
awaitable<transfer_end> send_directory(session& s, storage::directory_listing& listing,
                                       const storage::virtual_path& directory,
                                       const std::string& pattern, formatter& lines,
                                       std::vector<std::string>* found) {
    std::string out;
    while (!listing.done()) {
        if (s.operation.progress.aborted)
            co_return transfer_end(transfer_end::side::data, asio::error::operation_aborted);
        const auto page = co_await listing.next();
        if (!page)
            co_return store_failed(page.error());
        out.clear();
        tell_of(s, directory, pattern, *page);
        for (const auto& e : *page) {
            if (!is_wanted(pattern, e))
                continue;
            lines.append(out, e);
            if (found != nullptr && e.directory && !e.link)
                found->emplace_back(e.name);
        }
        if (found != nullptr && found->size() > max_waiting)
            co_return store_failed(errc::unsupported);
        const auto sent = co_await s.data.connection().write_all(out);
        if (!sent)
            co_return transfer_end(transfer_end::side::data, sent.error());
        s.operation.progress.moved(out.size());
    }
    co_return transfer_end();
}

// LIST -R in the form of ls: each directory's entries, then its subdirectories under a heading.
// Bounded, since what is still to be visited has to be remembered.
awaitable<transfer_end> send_subdirectories(session& s, storage::virtual_path top,
                                            std::vector<std::string> waiting, formatter& lines) {
    std::reverse(waiting.begin(), waiting.end());
    while (!waiting.empty()) {
        const auto relative = std::move(waiting.back());
        waiting.pop_back();
        const auto path = storage::virtual_path::resolve(top, relative);
        if (!path)
            co_return store_failed(path.error());
        auto work = s.files->list(*path, std::string(), false, s.operation.stop.get_token());
        auto listing = co_await open_unless_left(s, std::move(work));
        if (!listing && listing.error() == errc::not_found) // removed meanwhile
            continue;
        if (!listing)
            co_return store_failed(listing.error());
        const auto heading = "\r\n" + s.to_client(relative) + ":\r\n";
        const auto sent = co_await s.data.connection().write_all(heading);
        if (!sent)
            co_return transfer_end(transfer_end::side::data, sent.error());
        std::vector<std::string> found;
        const auto end = co_await send_directory(s, *listing, *path, std::string(), lines, &found);
        if (end.failed != transfer_end::side::none)
            co_return end;
        for (auto name = found.rbegin(); name != found.rend(); ++name)
            waiting.push_back(relative + '/' + *name);
        if (waiting.size() > max_waiting)
            co_return store_failed(errc::unsupported);
    }
    co_return transfer_end();
}

awaitable<reply> finish_listing(session& s, transfer_end end) {
    if (end.failed == transfer_end::side::none)
        if (const auto ended = co_await s.data.connection().end(); !ended)
            end = transfer_end(transfer_end::side::data, ended.error());
    if (end.failed == transfer_end::side::none) {
        s.data.finish();
        co_return reply(226, "Listing complete.");
    }
    auto answer = transfer_failure(s, end, purpose::send);
    if (end.failed == transfer_end::side::store)
        answer.text = "The listing is not complete: " + answer.text;
    co_return answer;
}

awaitable<reply> send_listing(session& s, listing_target target, format f, bool recursive) {
    reply preliminary(150, "Opening data connection for the listing.");
    formatter lines(s, f, target.directory_part);
    if (target.single) { // a file, or a directory itself (-d)
        if (auto failed = co_await open_data(s, std::move(preliminary)))
            co_return std::move(*failed);
        auto entry = *target.single;
        entry.name = target.single_name;
        std::string out;
        lines.append(out, entry);
        const auto sent = co_await s.data.connection().write_all(out);
        transfer_end end;
        if (!sent)
            end = transfer_end(transfer_end::side::data, sent.error());
        co_return co_await finish_listing(s, end);
    }
    if (auto failed = co_await open_data(s, std::move(preliminary)))
        co_return std::move(*failed);
    std::vector<std::string> found;
    transfer_end end;
    if (target.listing)
        end = co_await send_directory(s, *target.listing, target.directory, target.pattern, lines,
                                      recursive ? &found : nullptr);
    if (end.failed == transfer_end::side::none && recursive)
        end = co_await send_subdirectories(s, target.directory, std::move(found), lines);
    co_return co_await finish_listing(s, end);
}

awaitable<reply> list_path(session& s, std::string argument, format f) {
    const auto parsed = parse_listing_argument(argument);
    const std::string path(parsed.path);
    auto target = co_await find_listing_target(s, path, parsed.directory_itself, f == format::nlst);
    if (!target)
        co_return reply_for(target.error());
    const bool recursive = parsed.recursive && f == format::list;
    co_return co_await send_listing(s, std::move(*target), f, recursive);
}

} // namespace

awaitable<reply> list(session& s, std::string argument) {
    co_return co_await list_path(s, std::move(argument), format::list);
}

awaitable<reply> nlst(session& s, std::string argument) {
    co_return co_await list_path(s, std::move(argument), format::nlst);
}

// RFC 3659, 7.2: a directory only, no globs, no options.
awaitable<reply> mlsd(session& s, std::string argument) {
    const auto path = s.resolve(argument);
    if (!path)
        co_return reply_for(path.error());
    auto listing = co_await open_listing(s, *path, std::string(), false);
    if (!listing && listing.error() == errc::not_a_directory)
        co_return reply(501, "Not a directory.");
    if (!listing)
        co_return reply_for(listing.error());
    listing_target target;
    target.directory = *path;
    target.listing = std::move(*listing);
    co_return co_await send_listing(s, std::move(target), format::mlsd, false);
}

awaitable<reply> mlst(session& s, std::string argument) {
    const auto found = co_await s.find(std::move(argument));
    if (!found)
        co_return reply_for(found.error());
    s.tell(found->path, found->entry);
    auto entry = found->entry;
    entry.name = found->path.text();
    std::string facts;
    formatter(s, format::mlst, std::string()).append(facts, entry);
    std::vector<std::string> lines{std::move(facts)};
    co_return reply(250, "Listing", std::move(lines), "End");
}

namespace {

std::string how_far(const session::operation_state& operation) {
    if (!operation.steps)
        return std::to_string(operation.progress.bytes) + " bytes";
    const auto& steps = *operation.steps;
    auto text = std::to_string(steps.done) + " of " + std::to_string(steps.total) + " files";
    if (steps.bytes > 0)
        text += " (" + std::to_string(steps.bytes) + " bytes)";
    return text;
}

reply session_status(session& s) {
    std::vector<std::string> lines;
    lines.push_back("Connected from " + s.peer.address().to_string());
    lines.push_back(s.account ? "Logged in as " + s.account->name : "Not logged in");
    lines.push_back(s.protection.is_encrypted() ? "Control connection under TLS"
                                                : "Control connection in clear");
    lines.push_back(s.protection.data_level == security::level::private_
                        ? "Data connections under TLS"
                        : "Data connections in clear");
    lines.push_back(s.type == session::representation::ascii ? "TYPE: ASCII; STRU: F; MODE: S"
                                                             : "TYPE: IMAGE; STRU: F; MODE: S");
    if (s.operation.running) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(
            session::clock::now() - s.operation.since);
        lines.push_back("Running: " + s.operation.what);
        lines.push_back(how_far(s.operation) + " in " + std::to_string(elapsed.count()) +
                        " seconds" + (s.operation.progress.committing ? ", storing" : ""));
    } else {
        lines.emplace_back("No transfer is running");
    }
    return {211, "Status of the server:", std::move(lines), "End of status."};
}

// STAT path: the listing on the control connection, in batches as they come.
awaitable<reply> status_of(session& s, std::string argument) {
    const auto parsed = parse_listing_argument(argument);
    const std::string path(parsed.path);
    auto target = co_await find_listing_target(s, path, parsed.directory_itself, false);
    if (!target)
        co_return reply_for(target.error());
    formatter lines(s, format::list, std::string());
    if (target->single) {
        auto entry = *target->single;
        entry.name = target->single_name;
        std::string out = "213-Status of the file:\r\n";
        lines.append(out, entry);
        out += "213 End of status.\r\n";
        co_await s.send_raw(std::move(out));
        co_return reply();
    }
    s.operation.speaks = true;
    auto& listing = target->listing;
    std::string out = "212-Status of the directory:\r\n";
    while (listing && !listing->done()) {
        const auto page = co_await listing->next();
        const bool aborted = s.operation.progress.aborted;
        if (!page || aborted) {
            out += aborted ? "212 The listing is not complete: aborted.\r\n"
                           : "212 The listing is not complete: the store failed.\r\n";
            co_await s.send_raw(std::move(out));
            co_return reply();
        }
        tell_of(s, target->directory, target->pattern, *page);
        for (const auto& e : *page)
            if (is_wanted(target->pattern, e))
                lines.append(out, e);
        s.operation.progress.moved(out.size());
        co_await s.send_raw(std::exchange(out, std::string()));
        if (s.is_unheard())
            co_return reply();
    }
    out += "212 End of status.\r\n";
    co_await s.send_raw(std::move(out));
    co_return reply();
}

} // namespace

awaitable<reply> stat(session& s, std::string argument) {
    if (argument.empty())
        co_return session_status(s);
    if (!s.account)
        co_return reply(530, "Please log in with USER and PASS.");
    if (!s.may(config::right::list))
        co_return reply(550, "Permission denied.");
    co_return co_await status_of(s, std::move(argument));
}

} // namespace objftpd::server::commands
