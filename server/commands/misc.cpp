#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/hash_names.hpp"
#include "server/commands/site_table.hpp"
#include "server/session.hpp"

namespace objftpd::server::commands {
namespace {

std::string hash_feature(const session& s) {
    std::string line = "HASH ";
    for (const auto& row : hash_names) {
        line += row.name;
        line += row.algorithm == s.hash ? "*;" : ";";
    }
    return line;
}

reply set_hash(session& s, std::string_view name) {
    if (name.empty())
        return {200, std::string(hash_name(s.hash))};
    for (const auto& row : hash_names) {
        if (row.name == config::to_upper(name)) {
            s.hash = row.algorithm;
            return {200, std::string(row.name)};
        }
    }
    return {501, "Unknown algorithm."};
}

} // namespace

// Clients choose their LIST parser by this text.
awaitable<reply> syst(session&, std::string) {
    co_return reply(215, "UNIX Type: L8");
}

awaitable<reply> feat(session& s, std::string) {
    std::vector<std::string> lines = {"AUTH TLS", "AVBL"};
    if (s.protection.listener().ccc)
        lines.emplace_back("CCC");
    lines.emplace_back("CLNT");
    if (s.protection.listener().active_mode)
        lines.emplace_back("EPRT");
    lines.insert(lines.end(), {"EPSV", hash_feature(s), "HOST", "MDTM"});
    if (!s.account || s.account->set_time != config::set_time_policy::reject)
        lines.emplace_back("MFMT");
    lines.push_back("MLST " + facts_feature(s.facts));
    lines.insert(lines.end(), {"PBSZ", "PROT", "REST STREAM", "SITE COPY"});
    if (s.account && s.may(config::right::link)) // WinSCP looks for both
        lines.emplace_back("SITE SYMLINK");
    lines.insert(lines.end(),
                 {"SIZE", "TVFS", "UTF8", "XCRC", "XMD5", "XSHA1", "XSHA256", "XSHA512"});
    co_return reply(211, "Features:", std::move(lines), "End");
}

awaitable<reply> help(session& s, std::string argument) {
    const auto wanted = config::to_upper(argument);
    if (wanted == "SITE") // ncftp looks here for what it may send
        co_return co_await site_help(s, std::string());
    if (!wanted.empty()) {
        const auto* spec = find_command(wanted);
        if (spec == nullptr)
            co_return reply(501, "Unknown command.");
        co_return reply(214, "Syntax: " + std::string(spec->help));
    }
    co_return reply(214, "The commands are:", verbs_in_lines(all_commands()), "End of help.");
}

awaitable<reply> opts(session& s, std::string argument) {
    const auto space = argument.find(' ');
    const auto what = config::to_upper(argument.substr(0, space));
    const auto value = space == argument.npos ? std::string() : argument.substr(space + 1);
    if (what == "UTF8" || what == "UTF-8") {
        // ftp.exe sends it before USER; names are UTF-8 anyway unless the user has a charset.
        s.utf8_requested = config::to_upper(value) != "OFF";
        co_return reply(200, s.charset() == config::charset::utf8
                                 ? "Names are UTF-8."
                                 : "Names are in the user's character set.");
    }
    if (what == "MLST") {
        s.facts = parse_facts(value);
        const auto names = fact_names(s.facts);
        co_return reply(200, names.empty() ? "MLST OPTS" : "MLST OPTS " + names);
    }
    if (what == "HASH")
        co_return set_hash(s, value);
    co_return reply(501, "Unknown option.");
}

awaitable<reply> noop(session&, std::string) {
    co_return reply(200, "OK.");
}

awaitable<reply> clnt(session& s, std::string name) {
    config::log::debug("client", {{"session", s.id}, {"name", name}});
    co_return reply(200, "Noted.");
}

awaitable<reply> smnt(session&, std::string) {
    co_return reply(202, "There is nothing to mount.");
}

} // namespace objftpd::server::commands
