#include "config/text.hpp"

#include "config/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace objftpd::config {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::string_view introducer, unsigned char byte) {
    out += introducer;
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-_.:/@+,%*~[]()").find(c) != std::string_view::npos;
}

std::uint32_t code_point(std::string_view sequence) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
    switch (sequence.size()) {
    case 1:
        return byte(0);
    case 2:
        return (byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu);
    case 3:
        return (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
    default:
        return (byte(0) & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 |
               (byte(3) & 0x3fu);
    }
}

// SECURITY: characters that a terminal obeys (C1 controls) or that reorder what a person sees.
bool is_deceptive(std::uint32_t c) {
    return (c >= 0x80 && c <= 0x9f) || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

} // namespace

std::size_t utf8_length(std::string_view text) {
    for (std::size_t length = 1; length <= std::min<std::size_t>(text.size(), 4); ++length)
        if (is_utf8(text.substr(0, length)))
            return length;
    return 0;
}

void append_escaped(std::string& line, std::string_view value) {
    if (!value.empty() && std::ranges::all_of(value, is_plain)) {
        line += value;
        return;
    }
    line += '"';
    while (!value.empty()) {
        const std::size_t length = utf8_length(value);
        const char c = value.front();
        if (c == '"' || c == '\\') {
            line += '\\';
            line += c;
        } else if (c == '\n') {
            line += "\\n";
        } else if (c == '\r') {
            line += "\\r";
        } else if (c == '\t') {
            line += "\\t";
        } else if (length == 0 || has_control_characters(value.substr(0, 1))) {
            append_hex(line, "\\x", static_cast<unsigned char>(c));
        } else if (is_deceptive(code_point(value.substr(0, length)))) {
            for (const char byte : value.substr(0, length))
                append_hex(line, "\\x", static_cast<unsigned char>(byte));
        } else {
            line += value.substr(0, length);
        }
        value.remove_prefix(std::max<std::size_t>(length, 1));
    }
    line += '"';
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

std::string toml_quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (has_control_characters({&c, 1})) {
            append_hex(quoted, "\\u00", static_cast<unsigned char>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + "\"";
}

// SECURITY: before the last one, whatever else is wrong with the text.
std::string without_user(std::string_view text) {
    const auto at = text.rfind('@');
    return at == text.npos ? std::string(text) : "..." + std::string(text.substr(at));
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 2) + 1;
    for (const auto candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace objftpd::config
