#pragma once

#include <span>
#include <string>
#include <string_view>

/// Small helpers for text that people read or wrote.
namespace objftpd::config {

/// Appends `value` as it may stand in a log line: unchanged when it is a plain word, otherwise
/// in quotes with quotes, backslashes, control characters, invisible ones that turn the text
/// around, and bytes that are not UTF-8 escaped. The result never holds a line's end.
void append_escaped(std::string& line, std::string_view value);

/// Bytes of the UTF-8 character that `text` begins with, 0 when there is none.
std::size_t utf8_length(std::string_view text);

/// Whether a byte below 0x20 or DEL occurs.
bool has_control_characters(std::string_view text);

/// A basic TOML string with its quotes: "C:\\data".
std::string toml_quote(std::string_view text);

/// What may be repeated of a value that somebody wrote: without what stands before an '@', which
/// may be a name with a password.
std::string without_user(std::string_view text);

/// The candidate that differs from `word` in the fewest letters; empty when none is near enough
/// to be what was meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace objftpd::config
