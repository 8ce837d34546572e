#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace objftpd::server {

/// What a listing line says of one file or directory. Views must outlive the call only.
struct listing_entry {
    std::string_view name;
    bool directory = false;
    std::uint64_t size = 0;              // bytes; 0 for a directory
    std::chrono::sys_seconds modified{}; // UTC; the epoch: unknown
    bool writable = true;                // shown in mode and perm only
};

/// Appends one line of LIST in the form of `ls -l`, CRLF included:
/// "-rw-r--r--    1 ftp      ftp          1234 Nov 21 01:02 name". The time form is used from
/// 180 days before `now` to one day after it, else the year. Day blank-padded. An unknown time
/// shows as "Jan 01  1980" (clients hide entries with absurd dates, and "now" would flap).
/// REQUIRES: the name holds no CR, LF or NUL, here and below.
void append_list_line(std::string& out, const listing_entry& e, std::chrono::sys_seconds now);

/// Appends the bare name and CRLF. `directory_part` ("in/", may be empty) goes before the
/// name: mget relies on it.
void append_nlst_line(std::string& out, std::string_view directory_part, std::string_view name);

/// Options and path of a listing command's argument: leading words that begin with '-' are
/// options ("-la"), "--" ends them, the rest is one path with all its spaces. One space ends
/// an option; a second one belongs to the path. A lone "-" is a path. Both are views of the
/// argument.
struct listing_argument {
    std::string_view options; // the words as given: "-l -a"; without the "--" that ends them
    std::string_view path;
    bool recursive = false;        // -R
    bool all = false;              // -a
    bool directory_itself = false; // -d
};
listing_argument parse_listing_argument(std::string_view argument);

} // namespace objftpd::server
