#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace objftpd::config {

/// The bits for names such as "list" and "make_directory", or for the bundles "all",
/// "read-only" and "upload-only". When a name is none of them, `problem` says so.
std::optional<rights> parse_rights(const std::vector<std::string>& names, std::string& problem);

/// All names of single rights: "list, read, create, ...".
std::string right_names();

/// Stores whose renames keep kept_attributes::automatic keep all where somebody with a mount of
/// theirs may set ACLs, else what is known.
void settle_rename_keeps(settings& s);

} // namespace objftpd::config
