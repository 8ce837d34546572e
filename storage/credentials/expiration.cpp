#include "storage/credentials/expiration.hpp"

#include "config/ascii_text.hpp"
#include "storage/rest/answers.hpp"

namespace objftpd::storage::credentials {

std::optional<time_point> parse_expiration(std::string_view text) {
    const auto local = rest::parse_time(text);
    if (local == timestamp())
        return std::nullopt;
    const auto time = std::chrono::floor<std::chrono::seconds>(local);
    const auto sign = text.find_first_of("+-Z", 19);
    if (sign == text.npos)
        return std::nullopt;
    if (text[sign] == 'Z')
        return time;
    const auto hours = config::parse_decimal(text.substr(sign + 1, 2));
    const auto minutes = config::parse_decimal(text.substr(text.size() - 2));
    if (!hours || !minutes)
        return std::nullopt;
    const std::chrono::minutes offset(static_cast<int>(*hours * 60 + *minutes));
    return text[sign] == '+' ? time - offset : time + offset;
}

failure no_expiration() {
    return {"the Expiration that came is no time such as 2026-11-21T07:02:03Z",
            "let what gives the credentials out write it so"};
}

} // namespace objftpd::storage::credentials
