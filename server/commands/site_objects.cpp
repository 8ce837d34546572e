#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "server/commands/archived.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/site_table.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/protocol/timestamps.hpp"
#include "server/protocol/words.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <algorithm>

namespace objftpd::server::commands {
namespace {

using storage::named_value;
using storage::property;
using values = std::vector<named_value>;

// A path and what is said of it.
struct object_words {
    storage::virtual_path path;
    std::vector<std::string> rest;
};

// The path is the first word; a reply is a refusal.
std::optional<reply> read_words(session& s, const std::string& argument, std::size_t most,
                                object_words& to) {
    auto words = split_words(argument);
    if (!words || words->empty() || words->size() > 1 + most)
        return reply(501,
                     "Too many words, or too few; a path with spaces stands in double quotes.");
    auto path = s.resolve(words->front());
    if (!path)
        return reply_for(path.error());
    to.path = std::move(*path);
    words->erase(words->begin());
    to.rest = std::move(*words);
    return std::nullopt;
}

reply listed(const session& s, const std::string& title, const values& all) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : all)
        lines.push_back(s.to_client(name.empty() ? value : name + ": " + value));
    return {200, title, std::move(lines), "End."};
}

awaitable<reply> show(session& s, storage::virtual_path path, property which, std::string title) {
    const auto told = co_await s.files->property_of(path, which);
    if (!told)
        co_return reply_for(told.error());
    title += " of " + s.to_client(path.text()) + ':';
    co_return listed(s, title, *told);
}

awaitable<reply> set(session& s, storage::virtual_path path, property which, values to) {
    const unconfirmed_change unconfirmed(s, path, "Change");
    auto work = s.files->set_property(path, which, std::move(to));
    const auto ended = co_await unless_left<void>(s, std::move(work), unconfirmed);
    if (!ended)
        co_return unconfirmed.left();
    const auto& done = *ended;
    if (!done)
        co_return reply_for(done.error());
    config::log::info("properties set",
                      {{"session", s.id}, {"user", s.account->name}, {"path", path.text()}});
    co_return reply(200, "Done.");
}

// Values become headers: nothing in them may end a line or leave ASCII.
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '-' || c == '_';
    });
}

bool is_change(const std::string& word) {
    const auto equals = word.find('=');
    return equals != 0 && equals != word.npos && is_plain(word);
}

// "name=value" sets one, "name=" removes it; the others stay.
values changes_of(const std::vector<std::string>& words) {
    values all;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        all.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
    return all;
}

awaitable<reply> show_or_change(session& s, std::string argument, property which,
                                std::string title) {
    object_words said;
    constexpr std::size_t most_values = 50;
    if (auto refusal = read_words(s, argument, most_values, said))
        co_return std::move(*refusal);
    if (said.rest.empty())
        co_return co_await show(s, said.path, which, std::move(title));
    if (!s.may(which == property::tags ? config::right::tags : config::right::set_attributes))
        co_return reply(550, "Permission denied.");
    if (which == property::metadata) // names of headers
        for (auto& word : said.rest) {
            const auto equals = std::min(word.find('='), word.size());
            word = config::to_lower(word.substr(0, equals)) + word.substr(equals);
            if (!is_token(word.substr(0, equals)))
                co_return reply(501, "Names are of letters, digits, '-' and '_'.");
        }
    if (!std::ranges::all_of(said.rest, is_change))
        co_return reply(501, "Values are set by name=value in ASCII and removed by name=.");
    co_return co_await set(s, said.path, which, changes_of(said.rest));
}

values one_value(std::string text) {
    values one;
    one.emplace_back(std::string(), std::move(text));
    return one;
}

awaitable<reply> show_parts(session& s, storage::virtual_path path) {
    constexpr std::size_t most = 200; // a request each
    const auto told = co_await s.files->uploads_in_parts(path, most, s.operation.stop.get_token());
    if (!told && s.operation.progress.aborted)
        co_return reply(426, "Aborted.");
    if (!told)
        co_return reply_for(told.error());
    std::vector<std::string> lines;
    for (const auto& upload : *told) {
        std::string line;
        append_timestamp(line, upload.initiated);
        line += ' ' + std::to_string(upload.parts) + " parts " + std::to_string(upload.bytes) +
                " bytes " + upload.id + ' ' + s.to_client(upload.key);
        lines.push_back(std::move(line));
    }
    const bool all = told->size() < most;
    co_return reply(200, "Unfinished uploads:", std::move(lines),
                    all ? "End." : "There may be more.");
}

} // namespace

awaitable<reply> site_head(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    co_return co_await show(s, *path, property::headers, "Headers");
}

awaitable<reply> site_acl(session& s, std::string argument) {
    object_words said;
    if (auto refusal = read_words(s, argument, 1, said))
        co_return std::move(*refusal);
    if (said.rest.empty())
        co_return co_await show(s, said.path, property::acl, "ACL");
    if (!s.may(config::right::acl))
        co_return reply(550, "Permission denied.");
    if (!is_token(said.rest.front()))
        co_return reply(501, "An ACL is a word such as private or public-read.");
    auto to = one_value(std::move(said.rest.front()));
    co_return co_await set(s, said.path, property::acl, std::move(to));
}

awaitable<reply> site_class(session& s, std::string argument) {
    object_words said;
    if (auto refusal = read_words(s, argument, 1, said))
        co_return std::move(*refusal);
    if (said.rest.empty() || !is_token(said.rest.front()))
        co_return reply(501, "SITE CLASS wants a path and a storage class such as STANDARD_IA.");
    auto to = one_value(std::move(said.rest.front()));
    co_return co_await set(s, said.path, property::storage_class, std::move(to));
}

awaitable<reply> site_meta(session& s, std::string argument) {
    co_return co_await show_or_change(s, std::move(argument), property::metadata, "Metadata");
}

awaitable<reply> site_tags(session& s, std::string argument) {
    co_return co_await show_or_change(s, std::move(argument), property::tags, "Tags");
}

awaitable<reply> site_sign(session& s, std::string argument) {
    constexpr std::uint64_t usual = 3'600;
    constexpr std::uint64_t longest = 7 * 24 * 3'600; // what stores take
    object_words said;
    if (!s.may(config::right::read)) // what the URL lets others do
        co_return reply(550, "Permission denied.");
    if (auto refusal = read_words(s, argument, 1, said))
        co_return std::move(*refusal);
    auto lifetime = std::optional<std::uint64_t>(usual);
    if (!said.rest.empty())
        lifetime = config::parse_decimal(said.rest.front());
    if (!lifetime || *lifetime < 1 || *lifetime > longest)
        co_return reply(501, "A URL is valid for 1 to 604800 seconds.");
    const auto entry = co_await s.look_up(said.path);
    if (!entry || entry->directory || entry->unfinished)
        co_return entry ? reply(550, "Not a file.") : reply_for(entry.error());
    const auto url = co_await s.files->sign_url(said.path, std::chrono::seconds(*lifetime));
    if (!url)
        co_return reply_for(url.error());
    // SECURITY: the URL itself is a secret while it lives, and stays out of the log.
    config::log::info("URL signed", {{"session", s.id},
                                     {"user", s.account->name},
                                     {"path", said.path.text()},
                                     {"seconds", *lifetime}});
    std::vector<std::string> lines;
    lines.push_back(url->url);
    auto title = "Anybody can read it for " + std::to_string(*lifetime) + " seconds";
    if (url->may_end_sooner)
        title += ", or as long as the server's own temporary credentials last,";
    co_return reply(200, title + " by", std::move(lines), "End.");
}

awaitable<reply> site_restore(session& s, std::string argument) {
    constexpr std::uint64_t longest = 365;
    object_words said;
    if (auto refusal = read_words(s, argument, 1, said))
        co_return std::move(*refusal);
    auto days = std::optional<std::uint64_t>(s.account->restore_days);
    if (!said.rest.empty())
        days = config::parse_decimal(said.rest.front());
    if (!days || *days < 1 || *days > longest)
        co_return reply(501, "A file stays restored for 1 to 365 days.");
    if (!s.may(config::right::restore))
        days = 0; // its state alone
    const auto state = co_await s.files->restore(said.path, static_cast<unsigned>(*days));
    if (!state)
        co_return reply_for(state.error());
    co_return reply(200, archive_text(*state));
}

awaitable<reply> site_symlink(session& s, std::string argument) {
    auto words = split_words(argument);
    if (!s.may(config::right::create))
        co_return reply(550, "Permission denied.");
    if (!words || words->size() != 2)
        co_return reply(501, "SITE SYMLINK wants two paths; one with spaces in double quotes.");
    const auto target = s.resolve(words->front());
    const auto path = s.resolve(words->back());
    if (!target || !path)
        co_return reply_for(target ? path.error() : target.error());
    const auto made = co_await s.files->make_link(*path, *target);
    if (!made)
        co_return reply_for(made.error());
    config::log::info("link made", {{"session", s.id},
                                    {"user", s.account->name},
                                    {"path", path->text()},
                                    {"to", target->text()}});
    co_return reply(200, "Done.");
}

awaitable<reply> site_readlink(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    const auto target = co_await s.files->read_link(*path);
    if (!target)
        co_return reply_for(target.error());
    co_return reply(200, s.to_client(target->text()));
}

awaitable<reply> site_versions(session& s, std::string argument) {
    const auto path = s.resolve(only_word(argument));
    if (!path)
        co_return reply_for(path.error());
    co_return co_await show(s, *path, property::versions, "Versions");
}

awaitable<reply> site_parts(session& s, std::string argument) {
    object_words said;
    if (argument.empty())
        co_return co_await show_parts(s, s.directory);
    if (auto refusal = read_words(s, argument, 2, said))
        co_return std::move(*refusal);
    if (said.rest.empty())
        co_return co_await show_parts(s, said.path);
    if (said.rest.size() != 2 || config::to_upper(said.rest.front()) != "ABORT")
        co_return reply(501, "Syntax: SITE PARTS [path [ABORT id]]");
    if (!s.may(config::right::remove))
        co_return reply(550, "Permission denied.");
    const auto done = co_await s.files->abort_upload(said.path, said.rest.back());
    if (!done && done.error() == storage::errc::not_found)
        co_return reply(550, "There is no such upload.");
    if (!done)
        co_return reply_for(done.error());
    co_return reply(200, "The upload is given up.");
}

} // namespace objftpd::server::commands
