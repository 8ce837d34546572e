#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace objftpd::server {

/// What spaces separate, as SITE commands with several parameters have it. A word with spaces
/// stands in double quotes, a quote in it twice, as in replies (RFC 959, appendix II): "my ""x"""
/// Nothing if a quote is not closed, or something follows it at once.
std::optional<std::vector<std::string>> split_words(std::string_view text);

/// The only parameter of a command: all of it, in quotes or not.
std::string only_word(std::string_view text);

} // namespace objftpd::server
