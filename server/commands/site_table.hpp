#pragma once

#include "server/commands/command_table.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The SITE commands (RFC 959, 4.1.3): what FTP has no verbs for. No client needs one for its work.
namespace objftpd::server::commands {

struct site_command {
    std::string_view verb;
    handler run;
    argument takes;
    std::optional<config::right> needs;
    std::string_view help; // its syntax
};

/// The row of a verb in upper case, or null.
const site_command* find_site_command(std::string_view verb);

// site_files.cpp: files and directories of any store
awaitable<reply> site_chmod(session&, std::string);
awaitable<reply> site_copy(session&, std::string);
awaitable<reply> site_cpfr(session&, std::string);
awaitable<reply> site_cpto(session&, std::string);
awaitable<reply> site_du(session&, std::string);
awaitable<reply> site_help(session&, std::string);
awaitable<reply> site_quota(session&, std::string);
awaitable<reply> site_refresh(session&, std::string);
awaitable<reply> site_rmdir(session&, std::string);
awaitable<reply> site_utime(session&, std::string);

// site_objects.cpp: what object stores keep of objects
awaitable<reply> site_acl(session&, std::string);
awaitable<reply> site_class(session&, std::string);
awaitable<reply> site_head(session&, std::string);
awaitable<reply> site_meta(session&, std::string);
awaitable<reply> site_parts(session&, std::string);
awaitable<reply> site_readlink(session&, std::string);
awaitable<reply> site_restore(session&, std::string);
awaitable<reply> site_sign(session&, std::string);
awaitable<reply> site_symlink(session&, std::string);
awaitable<reply> site_tags(session&, std::string);
awaitable<reply> site_versions(session&, std::string);

} // namespace objftpd::server::commands
