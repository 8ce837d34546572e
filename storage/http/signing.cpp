#include "storage/http/signing.hpp"

#include "storage/http/encoding.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace objftpd::storage::http {
namespace {

std::span<const unsigned char> bytes_of(std::string_view text) {
    return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

std::string hmac(const EVP_MD* digest, std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    ::HMAC(digest, key.data(), static_cast<int>(key.size()), bytes_of(text).data(), text.size(),
           out.data(), &length);
    return {reinterpret_cast<const char*>(out.data()), length};
}

struct utc {
    int year;
    unsigned month, day, hour, minute, second, weekday;
};

utc to_utc(std::chrono::sys_seconds t) {
    using namespace std::chrono;
    const auto days = floor<std::chrono::days>(t);
    const year_month_day date(days);
    const auto in_day = static_cast<unsigned>((t - days).count());
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            in_day / 3600,
            in_day / 60 % 60,
            in_day % 60,
            weekday(days).c_encoding()};
}

} // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
    return hmac(::EVP_sha256(), key, text);
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
    return hmac(::EVP_sha1(), key, text);
}

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    ::EVP_Digest(text.data(), text.size(), out.data(), &length, ::EVP_sha256(), nullptr);
    return to_hex({out.data(), length});
}

std::string base64(std::string_view bytes) {
    return to_base64(bytes_of(bytes));
}

std::string iso_time(std::chrono::sys_seconds t) {
    const auto c = to_utc(t);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02u%02u%02uZ", c.year, c.month, c.day,
                  c.hour, c.minute, c.second);
    return text.data();
}

std::string http_date(std::chrono::sys_seconds t) {
    constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto c = to_utc(t);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02u:%02u:%02u GMT", days[c.weekday],
                  c.day, months[c.month - 1], c.year, c.hour, c.minute, c.second);
    return text.data();
}

std::string v4_scope(const v4_dialect& dialect, const std::string& time, const std::string& region,
                     const std::string& service) {
    return time.substr(0, 8) + '/' + region + '/' + service + '/' + std::string(dialect.terminator);
}

std::string v4_signing_key(const v4_dialect& dialect, const std::string& secret,
                           const std::string& time, const std::string& region,
                           const std::string& service) {
    auto key = hmac_sha256(std::string(dialect.key_prefix) + secret, time.substr(0, 8));
    key = hmac_sha256(key, region);
    key = hmac_sha256(key, service);
    return hmac_sha256(key, dialect.terminator);
}

std::string v4_string_to_sign(const v4_dialect& dialect, const std::string& time,
                              const std::string& region, const std::string& service,
                              const std::string& canonical) {
    return std::string(dialect.algorithm) + '\n' + time + '\n' +
           v4_scope(dialect, time, region, service) + '\n' + sha256_hex(canonical);
}

std::string v4_signature(const v4_dialect& dialect, const std::string& secret,
                         const std::string& time, const std::string& region,
                         const std::string& service, const std::string& canonical) {
    const auto text = v4_string_to_sign(dialect, time, region, service, canonical);
    const auto key = v4_signing_key(dialect, secret, time, region, service);
    return to_hex(bytes_of(hmac_sha256(key, text)));
}

std::string sorted_query(const request& r, empty_value empty) {
    std::vector<std::pair<std::string, std::string>> sorted;
    sorted.reserve(r.query.size());
    for (const auto& p : r.query)
        sorted.emplace_back(percent_encode(p.name), percent_encode(p.value.value_or("")));
    std::ranges::sort(sorted);
    std::string out;
    for (const auto& [name, value] : sorted) {
        if (!out.empty())
            out += '&';
        out += name;
        if (!value.empty() || empty == empty_value::with_equals)
            out += '=' + value;
    }
    return out;
}

std::string trimmed(std::string_view value, inner_spaces inner) {
    const auto first = value.find_first_not_of(' ');
    if (first == value.npos)
        return {};
    value = value.substr(first, value.find_last_not_of(' ') - first + 1);
    if (inner == inner_spaces::kept)
        return std::string(value);
    std::string out;
    for (const char c : value)
        if (c != ' ' || out.back() != ' ')
            out += c;
    return out;
}

} // namespace objftpd::storage::http
