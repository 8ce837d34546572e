#include "storage/http/encoding.hpp"

#include "config/hex.hpp"

#include <openssl/evp.h>

#include <cstring>

namespace objftpd::storage::http {
namespace {

constexpr std::string_view upper_hex = "0123456789ABCDEF";
constexpr std::string_view lower_hex = "0123456789abcdef";

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string encode(std::string_view text, char kept) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c) || c == kept) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += upper_hex[byte >> 4];
        out += upper_hex[byte & 15];
    }
    return out;
}

} // namespace

std::string percent_encode(std::string_view text) {
    return encode(text, '~'); // kept anyway
}

std::string percent_encode_path(std::string_view path) {
    return encode(path, '/');
}

std::optional<std::string> percent_decode(std::string_view text) {
    return config::percent_decode(text, config::plus_sign::means_space);
}

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        out += lower_hex[byte >> 4];
        out += lower_hex[byte & 15];
    }
    return out;
}

std::string to_base64(std::span<const unsigned char> bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '\0');
    // OpenSSL adds a NUL behind the text, where std::string has its own.
    ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                      static_cast<int>(bytes.size()));
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    std::string out(text.size() / 4 * 3, '\0');
    const int n = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
    if (n < 0)
        return std::nullopt;
    out.resize(static_cast<std::size_t>(n) - padding);
    return out;
}

} // namespace objftpd::storage::http
