#pragma once

#include "server/protocol/listing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace objftpd::server {

/// Bits of a fact set, RFC 3659, 7.5.
enum class fact : unsigned {
    type = 1,
    size = 2,
    modify = 4,
    perm = 8,
    unix_mode = 16,
};
using fact_set = unsigned;
inline constexpr fact_set default_facts = 1 | 2 | 4 | 8;
inline constexpr fact_set all_facts = 31;

/// "type*;size*;modify*;perm*;UNIX.mode;" for FEAT: a star at each selected fact.
std::string facts_feature(fact_set selected);

/// The argument of OPTS MLST ("Type;SIZE;nonsense;"): unknown facts are ignored, names are
/// case-insensitive, none selects none.
fact_set parse_facts(std::string_view list);

/// "type;size;modify;" as OPTS MLST answers.
std::string fact_names(fact_set selected);

/// What an entry of MLSx says beyond a LIST line.
struct fact_entry {
    listing_entry entry;
    std::string_view type = "file"; // file, dir, cdir, pdir
    std::string_view perm;          // letters of RFC 3659, 7.5.5
};

/// Appends "type=file;size=12;modify=20261121010203;perm=r; name" without a line end. A size is
/// shown for files only, modify only when known.
void append_facts(std::string& out, const fact_entry& e, fact_set selected);

} // namespace objftpd::server
