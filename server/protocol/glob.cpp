#include "server/protocol/glob.hpp"

#include <cstdint>
#include <optional>

namespace objftpd::server {

namespace {

constexpr auto none = std::string_view::npos;

// SECURITY: a class is read anew for each character that it is tried on, so that a long one
// would make listing a big directory expensive. Names have 255 bytes, rarely more.
constexpr std::size_t max_pattern_length = 512;

struct character {
    std::uint32_t code;
    std::size_t size; // bytes
};

/// The UTF-8 character at `at`. A byte that begins none is a character of its own, with a code
/// that no real one has. REQUIRES: at < text.size()
character character_at(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80)
        return {lead, 1};
    const character invalid{0x110000u + lead, 1};
    const std::size_t size = lead < 0xC2   ? 0
                             : lead < 0xE0 ? 2
                             : lead < 0xF0 ? 3
                             : lead < 0xF5 ? 4
                                           : 0;
    if (size == 0 || size > text.size() - at)
        return invalid;
    std::uint32_t code = lead & (0xFFu >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + i]);
        if ((byte & 0xC0) != 0x80)
            return invalid;
        code = code << 6 | (byte & 0x3Fu);
    }
    return {code, size};
}

bool is_wildcard(char c) {
    return c == '*' || c == '?' || c == '[';
}

/// Takes one character of a class, unescaped.
character take_member(std::string_view pattern, std::size_t& at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size())
        ++at;
    const auto member = character_at(pattern, at);
    at += member.size;
    return member;
}

struct class_match {
    bool matches;
    std::size_t end; // behind the ']'
};

/// Whether the class that opens at `at` holds `code`; nothing if it is never closed. A ']' in
/// the first place is a member, as is a '-' that has no neighbour on one side.
std::optional<class_match> match_class(std::string_view pattern, std::size_t at,
                                       std::uint32_t code) {
    ++at;
    const bool negated = at < pattern.size() && pattern[at] == '!';
    if (negated)
        ++at;
    bool found = false;
    for (bool first = true; at < pattern.size(); first = false) {
        if (pattern[at] == ']' && !first)
            return class_match{found != negated, at + 1};
        const auto low = take_member(pattern, at).code;
        auto high = low;
        if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
            ++at;
            high = take_member(pattern, at).code;
        }
        found |= low <= code && code <= high;
    }
    return std::nullopt;
}

/// Walks a pattern and a name in step; `*` is the caller's.
class matcher {
public:
    matcher(std::string_view pattern, std::string_view name) : pattern_(pattern), name_(name) {}

    /// Moves both positions over one element of the pattern, or leaves them and says no.
    /// REQUIRES: both positions are before the ends.
    bool step(std::size_t& p, std::size_t& n) {
        const char c = pattern_[p];
        if (c == '?') {
            ++p;
            n += character_at(name_, n).size;
            return true;
        }
        if (c == '[' && p < first_unclosed_) {
            const auto next = character_at(name_, n);
            if (const auto result = match_class(pattern_, p, next.code)) {
                if (!result->matches)
                    return false;
                p = result->end;
                n += next.size;
                return true;
            }
            // SECURITY: what follows an unclosed '[' cannot be closed either; without this
            // memory each '[' of a hostile pattern would read the pattern to its end.
            first_unclosed_ = p;
        }
        const std::size_t escape = c == '\\' && p + 1 < pattern_.size() ? 1 : 0;
        if (pattern_[p + escape] != name_[n])
            return false;
        p += escape + 1;
        ++n;
        return true;
    }

private:
    std::string_view pattern_;
    std::string_view name_;
    std::size_t first_unclosed_ = none;
};

} // namespace

bool is_glob(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (is_wildcard(name[i]))
            return true;
        if (name[i] == '\\')
            ++i;
    }
    return false;
}

bool matches(std::string_view pattern, std::string_view name) {
    if (pattern.size() > max_pattern_length)
        return pattern == name;
    matcher match(pattern, name);
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t after_star = none; // in the pattern
    std::size_t star_end = 0;      // in the name: what the star has swallowed so far
    while (n < name.size() || p < pattern.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            after_star = ++p;
            star_end = n;
            continue;
        }
        if (p < pattern.size() && n < name.size() && match.step(p, n))
            continue;
        // Only the last star needs to try more: an earlier one has found its first fit.
        if (after_star == none || star_end == name.size())
            return false;
        star_end += character_at(name, star_end).size;
        n = star_end;
        p = after_star;
    }
    return true;
}

std::string literal_prefix(std::string_view pattern) {
    std::string prefix;
    for (std::size_t i = 0; i < pattern.size() && !is_wildcard(pattern[i]); ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size())
            ++i;
        prefix += pattern[i];
    }
    return prefix;
}

} // namespace objftpd::server
