#include "server/commands/archived.hpp"

#include "config/log.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/unconfirmed.hpp"
#include "server/session.hpp"
#include "storage/error.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace objftpd::server::commands {

using storage::archive_state;

std::string archive_text(archive_state state) {
    switch (state) {
    case archive_state::readable:
        return "The file can be read.";
    case archive_state::archived:
        return "The file is archived and must be restored before it can be read.";
    case archive_state::begun:
        return "The file is archived; its restore has begun, please come back later.";
    case archive_state::under_way:
        return "The file is archived; its restore is under way, please come back later.";
    }
    return {};
}

awaitable<reply> archived_reply(session& s, storage::virtual_path path) {
    const auto days = s.may(config::right::restore) ? s.account->restore_days : 0;
    auto work = s.files->restore(path, static_cast<unsigned>(days));
    const auto state = co_await open_unless_left(s, std::move(work));
    if (!state && state.error() == asio::error::operation_aborted)
        co_return reply_for(state.error());
    if (!state)
        co_return reply_for(make_error_code(storage::errc::archived));
    if (*state == archive_state::begun)
        config::log::info(
            "restore begun",
            {{"session", s.id}, {"user", s.account->name}, {"path", path.text()}, {"days", days}});
    co_return reply(450, archive_text(*state));
}

} // namespace objftpd::server::commands
