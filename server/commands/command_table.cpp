#include "server/commands/command_table.hpp"

#include "server/commands/handlers.hpp"

#include <algorithm>
#include <array>

namespace objftpd::server {
namespace {

using config::right;
constexpr auto nothing = std::nullopt;
constexpr auto none = argument::none;
constexpr auto maybe = argument::optional;
constexpr auto one = argument::required;
constexpr auto any = phase::any;
constexpr auto user = phase::logged_in;
constexpr auto waits = during_operation::waits;
constexpr auto runs = during_operation::runs;
constexpr auto asks = during_operation::asks;
constexpr auto is_long = during_operation::is_long;
constexpr auto transfer = during_operation::is_transfer;
constexpr auto keeps = keeps_state::yes;

constexpr std::array table = {
    command_spec{"ABOR", commands::abor, none, any, nothing, runs, "ABOR"},
    command_spec{"ACCT", commands::acct, one, any, nothing, waits, "ACCT account"},
    command_spec{"ALLO", commands::allo, one, user, nothing, waits, "ALLO bytes", keeps},
    command_spec{"APPE", commands::appe, one, user, nothing, transfer, "APPE path"},
    command_spec{"AUTH", commands::auth, one, any, nothing, waits, "AUTH TLS"},
    command_spec{"AVBL", commands::avbl, maybe, user, right::list, asks, "AVBL [path]"},
    command_spec{"CCC", commands::ccc, none, user, nothing, waits, "CCC"},
    command_spec{"CDUP", commands::cdup, none, user, nothing, asks, "CDUP"},
    command_spec{"CLNT", commands::clnt, maybe, any, nothing, waits, "CLNT name", keeps},
    command_spec{"CWD", commands::cwd, maybe, user, right::list, asks, "CWD path"},
    command_spec{"DELE", commands::dele, one, user, right::remove, asks, "DELE path"},
    command_spec{"EPRT", commands::eprt, one, user, nothing, waits, "EPRT |family|address|port|",
                 keeps},
    command_spec{"EPSV", commands::epsv, maybe, user, nothing, waits, "EPSV [1|2|ALL]", keeps},
    command_spec{"FEAT", commands::feat, none, any, nothing, waits, "FEAT", keeps},
    command_spec{"HASH", commands::hash, one, user, right::read, is_long, "HASH path"},
    command_spec{"HELP", commands::help, maybe, any, nothing, waits, "HELP [command]", keeps},
    command_spec{"HOST", commands::host, one, any, nothing, waits, "HOST name"},
    command_spec{"LIST", commands::list, maybe, user, right::list, transfer, "LIST [-aRl] [path]"},
    command_spec{"MDTM", commands::mdtm, one, user, right::read, asks, "MDTM [time] path"},
    command_spec{"MFMT", commands::mfmt, one, user, right::set_attributes, asks, "MFMT time path"},
    command_spec{"MKD", commands::mkd, one, user, right::make_directory, asks, "MKD path"},
    command_spec{"MLSD", commands::mlsd, maybe, user, right::list, transfer, "MLSD [path]"},
    command_spec{"MLST", commands::mlst, maybe, user, right::list, asks, "MLST [path]"},
    command_spec{"MODE", commands::mode, one, user, nothing, waits, "MODE S", keeps},
    command_spec{"NLST", commands::nlst, maybe, user, right::list, transfer, "NLST [path]"},
    command_spec{"NOOP", commands::noop, maybe, any, nothing, runs, "NOOP", keeps},
    command_spec{"OPTS", commands::opts, one, any, nothing, waits, "OPTS UTF8|MLST|HASH [value]",
                 keeps},
    command_spec{"PASS", commands::pass, maybe, any, nothing, waits, "PASS password",
                 keeps_state::no, true},
    command_spec{"PASV", commands::pasv, none, user, nothing, waits, "PASV", keeps},
    command_spec{"PBSZ", commands::pbsz, one, any, nothing, waits, "PBSZ 0", keeps},
    command_spec{"PORT", commands::port, one, user, nothing, waits, "PORT h1,h2,h3,h4,p1,p2",
                 keeps},
    command_spec{"PROT", commands::prot, one, any, nothing, waits, "PROT C|P", keeps},
    command_spec{"PWD", commands::pwd, none, user, nothing, waits, "PWD", keeps},
    command_spec{"QUIT", commands::quit, none, any, nothing, waits, "QUIT"},
    command_spec{"REIN", commands::rein, none, any, nothing, waits, "REIN"},
    command_spec{"REST", commands::rest, one, user, nothing, waits, "REST bytes", keeps},
    command_spec{"RETR", commands::retr, one, user, right::read, transfer, "RETR path"},
    command_spec{"RMD", commands::rmd, one, user, right::remove_directory, asks, "RMD path"},
    command_spec{"RNFR", commands::rnfr, one, user, right::rename, asks, "RNFR path"},
    command_spec{"RNTO", commands::rnto, one, user, right::rename, is_long, "RNTO path"},
    command_spec{"SITE", commands::site, one, user, nothing, is_long, "SITE command [parameters]"},
    command_spec{"SIZE", commands::size, one, user, right::read, asks, "SIZE path"},
    command_spec{"SMNT", commands::smnt, maybe, any, nothing, waits, "SMNT"},
    command_spec{"STAT", commands::stat, maybe, any, nothing, runs, "STAT [path]", keeps},
    command_spec{"STOR", commands::stor, one, user, nothing, transfer, "STOR path"},
    command_spec{"STOU", commands::stou, maybe, user, right::create, transfer, "STOU [path]"},
    command_spec{"STRU", commands::stru, one, user, nothing, waits, "STRU F", keeps},
    command_spec{"SYST", commands::syst, none, any, nothing, waits, "SYST", keeps},
    command_spec{"TYPE", commands::type, one, user, nothing, waits, "TYPE A|I|L 8", keeps},
    command_spec{"USER", commands::user, one, any, nothing, waits, "USER name"},
    command_spec{"XCRC", commands::xcrc, one, user, right::read, is_long, "XCRC path"},
    command_spec{"XCUP", commands::cdup, none, user, nothing, asks, "XCUP"},
    command_spec{"XCWD", commands::cwd, maybe, user, right::list, asks, "XCWD path"},
    command_spec{"XMD5", commands::xmd5, one, user, right::read, is_long, "XMD5 path"},
    command_spec{"XMKD", commands::mkd, one, user, right::make_directory, asks, "XMKD path"},
    command_spec{"XPWD", commands::pwd, none, user, nothing, waits, "XPWD", keeps},
    command_spec{"XRMD", commands::rmd, one, user, right::remove_directory, asks, "XRMD path"},
    command_spec{"XSHA", commands::xsha1, one, user, right::read, is_long, "XSHA path"},
    command_spec{"XSHA1", commands::xsha1, one, user, right::read, is_long, "XSHA1 path"},
    command_spec{"XSHA256", commands::xsha256, one, user, right::read, is_long, "XSHA256 path"},
    command_spec{"XSHA512", commands::xsha512, one, user, right::read, is_long, "XSHA512 path"},
};

constexpr bool by_verb(const command_spec& a, const command_spec& b) {
    return a.verb < b.verb;
}
static_assert(std::is_sorted(table.begin(), table.end(), by_verb));

} // namespace

const command_spec* find_command(std::string_view verb) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), verb,
                         [](const command_spec& row, std::string_view v) { return row.verb < v; });
    return found != table.end() && found->verb == verb ? &*found : nullptr;
}

std::span<const command_spec> all_commands() {
    return table;
}

} // namespace objftpd::server
