#include "config/ascii_text.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/commands/set_time.hpp"
#include "server/protocol/timestamps.hpp"
#include "server/session.hpp"

namespace objftpd::server::commands {
namespace {

// Objects have no mode; PHP scripts take a refusal for a failed upload.
awaitable<reply> chmod(session& s, std::string argument) {
    const auto space = argument.find(' ');
    const bool octal =
        space != argument.npos && space > 0 && argument.find_first_not_of("01234567") == space;
    if (!octal || space + 1 == argument.size())
        co_return reply(501, "SITE CHMOD wants an octal mode and a path.");
    if (!s.may(config::right::set_attributes) || s.account->chmod == config::chmod_policy::reject)
        co_return reply(550, "Permission denied.");
    const auto file = co_await s.find(argument.substr(space + 1));
    if (!file)
        co_return reply_for(file.error());
    co_return reply(200, "Accepted; files have no mode here.");
}

awaitable<reply> utime(session& s, std::string argument) {
    const auto timed = parse_site_utime(argument);
    if (!timed)
        co_return reply(501, "SITE UTIME wants YYYYMMDDhhmm[ss] and a path.");
    if (!s.may(config::right::set_attributes))
        co_return reply(550, "Permission denied.");
    co_return co_await set_time(s, timed->path, timed->time);
}

} // namespace

awaitable<reply> site(session& s, std::string argument) {
    const auto space = argument.find(' ');
    const auto what = config::to_upper(argument.substr(0, space));
    auto rest = space == argument.npos ? std::string() : argument.substr(space + 1);
    if (what == "HELP")
        co_return reply(214, "The SITE commands are:", {"CHMOD HELP UTIME"}, "End of help.");
    if (what == "CHMOD")
        co_return co_await chmod(s, std::move(rest));
    if (what == "UTIME")
        co_return co_await utime(s, std::move(rest));
    co_return reply(504, "Unknown SITE command.");
}

} // namespace objftpd::server::commands
