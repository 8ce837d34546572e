#include "tests/oss_server/text.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "storage/rest/answers.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace objftpd::oss_server {

namespace http = storage::http;

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, failed] = std::from_chars(text.data(), end, value);
    if (text.empty() || failed != std::errc() || rest != end)
        return std::nullopt;
    return value;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string xml_time(std::chrono::sys_seconds t) {
    auto iso = http::iso_time(t); // 20261121T010203Z
    iso.insert(13, ":").insert(11, ":").insert(6, "-").insert(4, "-");
    return iso.substr(0, iso.size() - 1) + ".000Z";
}

std::optional<std::chrono::sys_seconds> parse_iso_time(std::string_view text) {
    constexpr std::string_view form = "ddddddddTddddddZ";
    if (text.size() != form.size())
        return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return std::nullopt;
    const auto number = [&](std::size_t at, std::size_t length) {
        return static_cast<unsigned>(*parse_number(text.substr(at, length)));
    };
    using namespace std::chrono;
    const year_month_day date(year(static_cast<int>(number(0, 4))), month(number(4, 2)),
                              day(number(6, 2)));
    if (!date.ok() || number(9, 2) > 23 || number(11, 2) > 59 || number(13, 2) > 60)
        return std::nullopt;
    return sys_days(date) + hours(number(9, 2)) + minutes(number(11, 2)) + seconds(number(13, 2));
}

std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
    const auto parsed = storage::rest::parse_http_time(text);
    if (parsed == storage::timestamp())
        return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(parsed);
}

std::string_view unquote(std::string_view text) {
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
        return text.substr(1, text.size() - 2);
    return text;
}

std::string unique_name() {
    std::array<unsigned char, 16> bytes{};
    if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("no random numbers");
    auto name = http::to_hex(bytes);
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return name;
}

} // namespace objftpd::oss_server
