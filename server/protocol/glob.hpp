#pragma once

#include <string>
#include <string_view>

namespace objftpd::server {

/// Whether a name holds one of * ? [ that is not escaped by a backslash.
bool is_glob(std::string_view name);

/// Shell-style match of one path segment: * ? [abc] [a-z] [!a] and backslash escapes, byte by
/// byte but '?' and a class take one whole UTF-8 character. An unclosed '[' is itself. A
/// leading '.' in `name` is not special. A pattern over 512 bytes matches only the name that equals
/// it. Never takes more steps than the lengths of name and pattern multiplied.
bool matches(std::string_view pattern, std::string_view name);

/// The literal bytes before the first wildcard, unescaped: "2024*.csv" -> "2024". A store
/// narrows its listing by it.
std::string literal_prefix(std::string_view pattern);

} // namespace objftpd::server
