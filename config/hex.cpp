#include "config/hex.hpp"

namespace objftpd::config {
namespace {

std::optional<int> digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return std::nullopt;
}

// Of the two digits that `text` begins with.
std::optional<char> byte_at(std::string_view text) {
    if (text.size() < 2)
        return std::nullopt;
    const auto high = digit(text[0]);
    const auto low = digit(text[1]);
    if (!high || !low)
        return std::nullopt;
    return static_cast<char>(*high << 4 | *low);
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text, plus_sign plus) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c != '%') {
            out += c == '+' && plus == plus_sign::means_space ? ' ' : c;
            continue;
        }
        const auto byte = byte_at(text);
        if (!byte)
            return std::nullopt;
        out += *byte;
        text.remove_prefix(2);
    }
    return out;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
    std::string out;
    out.reserve(hex.size() / 2);
    for (; !hex.empty(); hex.remove_prefix(2)) {
        const auto byte = byte_at(hex);
        if (!byte)
            return std::nullopt;
        out += *byte;
    }
    return out;
}

} // namespace objftpd::config
