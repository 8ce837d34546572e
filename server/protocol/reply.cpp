#include "server/protocol/reply.hpp"

#include <algorithm>

namespace objftpd::server {

namespace {

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

/// SECURITY: the only way of any text into a reply; CR LF in it would forge another one.
void append_text(std::string& out, std::string_view text) {
    const auto start = static_cast<std::ptrdiff_t>(out.size());
    out.append(text);
    std::replace_if(out.begin() + start, out.end(), is_control, '?');
}

void append_line(std::string& out, int code, char separator, std::string_view text) {
    const char head[] = {static_cast<char>('0' + code / 100 % 10),
                         static_cast<char>('0' + code / 10 % 10),
                         static_cast<char>('0' + code % 10), separator};
    out.append(head, sizeof head);
    append_text(out, text);
    out.append("\r\n", 2);
}

} // namespace

std::string to_wire(const reply& r) {
    constexpr std::size_t frame = 6; // code, separator, CRLF
    std::string out;
    if (r.code == 0)
        return out;
    if (r.lines.empty() && r.last.empty()) {
        out.reserve(r.text.size() + frame);
        append_line(out, r.code, ' ', r.text);
        return out;
    }

    std::size_t size = r.text.size() + r.last.size() + 2 * frame;
    for (const auto& line : r.lines)
        size += line.size() + 3;
    out.reserve(size);
    append_line(out, r.code, '-', r.text);
    for (const auto& line : r.lines) {
        out += ' ';
        append_text(out, line);
        out.append("\r\n", 2);
    }
    append_line(out, r.code, ' ', r.last);
    return out;
}

std::string quoted_path(std::string_view path) {
    std::string out;
    out.reserve(path.size() + 2);
    out += '"';
    for (const char c : path) {
        out += c;
        if (c == '"')
            out += c;
    }
    out += '"';
    return out;
}

} // namespace objftpd::server
