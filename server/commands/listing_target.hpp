#pragma once

#include "storage/virtual_filesystem.hpp"

#include <optional>
#include <string>

namespace objftpd::server {

class session;

/// What a listing command's path means.
struct listing_target {
    storage::virtual_path directory;
    std::string pattern;        // of names in `directory`; empty: all
    std::string directory_part; // of the argument, as NLST repeats it before each name
    std::optional<storage::directory_listing> listing; // of `directory`, at its beginning
    std::optional<storage::entry> single;              // this entry alone, under the name below
    // Neither: the working directory, which has vanished with its last file.
    std::string single_name;
};

/// Begins to list a directory. Nothing if it is the working directory and no longer there.
awaitable<result<std::optional<storage::directory_listing>>>
open_listing(session& s, storage::virtual_path directory, std::string name_prefix, bool names_only);

/// Resolves the path of LIST, NLST or STAT and begins to list it: nothing is the working
/// directory, a name that exists is itself, else a wildcard in the last segment is a pattern.
awaitable<result<listing_target>> find_listing_target(session& s, std::string argument,
                                                      bool directory_itself, bool names_only);

} // namespace objftpd::server
