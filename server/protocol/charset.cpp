#include "server/protocol/charset.hpp"

#include "config/utf8.hpp"

#include <iconv.h>

#include <algorithm>
#include <cstddef>

namespace objftpd::server {

namespace {

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// An iconv descriptor. Not thread-safe: each thread has its own.
class converter {
public:
    converter(const char* to, const char* from) : handle_(iconv_open(to, from)) {}
    ~converter() {
        if (is_open())
            iconv_close(handle_);
    }
    converter(const converter&) = delete;
    converter& operator=(const converter&) = delete;

    /// Nothing unless every character has exactly one counterpart.
    std::optional<std::string> convert(std::string_view text) {
        if (!is_open())
            return std::nullopt;
        iconv(handle_, nullptr, nullptr, nullptr, nullptr);
        std::string in(text);
        std::string out(in.size() * 4, '\0'); // no conversion here makes more of a byte
        char* from = in.data();
        char* to = out.data();
        std::size_t from_left = in.size();
        std::size_t to_left = out.size();
        const auto replaced = iconv(handle_, &from, &from_left, &to, &to_left);
        if (replaced != 0 || from_left != 0)
            return std::nullopt;
        out.resize(out.size() - to_left);
        return out;
    }

private:
    // The value that iconv_open returns on failure.
    bool is_open() const { return reinterpret_cast<std::ptrdiff_t>(handle_) != -1; }

    iconv_t handle_;
};

std::optional<std::string> to_utf8(std::string_view text, config::charset from) {
    if (from == config::charset::gbk) {
        thread_local converter gbk("UTF-8", "GB18030");
        return gbk.convert(text);
    }
    thread_local converter latin1("UTF-8", "ISO-8859-1");
    return latin1.convert(text);
}

std::optional<std::string> from_utf8(std::string_view text, config::charset to) {
    if (to == config::charset::gbk) {
        thread_local converter gbk("GB18030", "UTF-8");
        return gbk.convert(text);
    }
    thread_local converter latin1("ISO-8859-1", "UTF-8");
    return latin1.convert(text);
}

} // namespace

std::optional<std::string> decode_name(std::string_view wire, config::charset charset) {
    // Plain ASCII is the same in each of them, and most names are.
    if (charset == config::charset::utf8 || is_ascii(wire))
        return config::is_utf8(wire) ? std::optional(std::string(wire)) : std::nullopt;
    return to_utf8(wire, charset);
}

std::optional<std::string> encode_name(std::string_view utf8, config::charset charset) {
    if (!config::is_utf8(utf8))
        return std::nullopt;
    if (charset == config::charset::utf8 || is_ascii(utf8))
        return std::string(utf8);
    return from_utf8(utf8, charset);
}

} // namespace objftpd::server
