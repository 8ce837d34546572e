#include "server/commands/unconfirmed.hpp"

#include "config/log.hpp"

namespace objftpd::server::commands {

unconfirmed_change::unconfirmed_change(const session& s, const storage::virtual_path& path,
                                       std::string noun)
    : noun_(std::move(noun)), session_(s.id), user_(s.account->name), path_(path.text()),
      operation_(s.operation.what) {}

reply unconfirmed_change::left() const {
    config::log::warning("the store has not confirmed a change in time; it ends by itself",
                         {{"session", session_}, {"path", path_}, {"operation", operation_}});
    return {451, noun_ + " not confirmed: the store takes too long to answer."};
}

void unconfirmed_change::ended(const error_code& failed) const {
    config::log::write(failed ? config::log_level::error : config::log_level::info,
                       failed ? "a change that was not confirmed has failed"
                              : "a change that was not confirmed is made",
                       {{"session", session_},
                        {"user", user_},
                        {"path", path_},
                        {"operation", operation_},
                        {"error", failed ? failed.message() : std::string()}});
}

} // namespace objftpd::server::commands
