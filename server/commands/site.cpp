#include "config/ascii_text.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/site_table.hpp"
#include "server/session.hpp"

#include <algorithm>
#include <array>

namespace objftpd::server::commands {
namespace {

using config::right;
constexpr auto nothing = std::nullopt;
constexpr auto maybe = argument::optional;
constexpr auto one = argument::required;

constexpr std::array table = {
    site_command{"ACL", site_acl, one, right::read, "SITE ACL path [acl]"},
    site_command{"CHMOD", site_chmod, one, right::set_attributes, "SITE CHMOD mode path"},
    site_command{"CLASS", site_class, one, right::storage_class, "SITE CLASS path class"},
    site_command{"COPY", site_copy, one, right::read, "SITE COPY from to"},
    site_command{"CPFR", site_cpfr, one, right::read, "SITE CPFR path"},
    site_command{"CPTO", site_cpto, one, right::read, "SITE CPTO path"},
    site_command{"DU", site_du, maybe, right::list, "SITE DU [path]"},
    site_command{"HEAD", site_head, one, right::read, "SITE HEAD path"},
    site_command{"HELP", site_help, maybe, nothing, "SITE HELP [command]"},
    site_command{"META", site_meta, one, right::read, "SITE META path [name=value ...]"},
    site_command{"PARTS", site_parts, maybe, right::list, "SITE PARTS [path [ABORT id]]"},
    site_command{"QUOTA", site_quota, maybe, right::list, "SITE QUOTA [path]"},
    site_command{"READLINK", site_readlink, one, right::list, "SITE READLINK path"},
    site_command{"REFRESH", site_refresh, maybe, right::list, "SITE REFRESH [path]"},
    site_command{"RESTORE", site_restore, one, right::read, "SITE RESTORE path [days]"},
    site_command{"RMDIR", site_rmdir, one, right::remove_tree, "SITE RMDIR path"},
    site_command{"SIGN", site_sign, one, right::sign, "SITE SIGN path [seconds]"},
    site_command{"SYMLINK", site_symlink, one, right::link, "SITE SYMLINK target path"},
    site_command{"TAGS", site_tags, one, right::read, "SITE TAGS path [name=value ...]"},
    site_command{"UTIME", site_utime, one, right::set_attributes, "SITE UTIME time path"},
    site_command{"VERSIONS", site_versions, one, right::read, "SITE VERSIONS path"},
};

constexpr bool by_verb(const site_command& a, const site_command& b) {
    return a.verb < b.verb;
}
static_assert(std::is_sorted(table.begin(), table.end(), by_verb));

} // namespace

const site_command* find_site_command(std::string_view verb) {
    const auto found = std::ranges::find(table, verb, &site_command::verb);
    return found == table.end() ? nullptr : &*found;
}

awaitable<reply> site_help(session&, std::string argument) {
    if (argument.empty())
        co_return reply(214, "The SITE commands are:", verbs_in_lines(table), "End of help.");
    const auto* row = find_site_command(config::to_upper(argument));
    if (row == nullptr)
        co_return reply(501, "Unknown SITE command.");
    co_return reply(214, "Syntax: " + std::string(row->help));
}

awaitable<reply> site(session& s, std::string argument) {
    const auto space = argument.find(' ');
    const auto* row = find_site_command(config::to_upper(argument.substr(0, space)));
    auto rest = space == argument.npos ? std::string() : argument.substr(space + 1);
    if (row == nullptr)
        co_return reply(504, "Unknown SITE command.");
    if (row->takes == argument::required && rest.empty())
        co_return reply(501, "Syntax: " + std::string(row->help));
    if (row->needs && !s.may(*row->needs))
        co_return reply(550, "Permission denied.");
    co_return co_await row->run(s, std::move(rest));
}

} // namespace objftpd::server::commands
