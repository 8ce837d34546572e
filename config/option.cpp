#include "config/option.hpp"

#include "config/text.hpp"

#include <algorithm>

namespace objftpd::config {
namespace {

// A bare number is written as text again, so that one parser knows all limits.
std::optional<std::string> quantity_in(const value& v) {
    if (const auto* const number = std::get_if<std::int64_t>(&v))
        return std::to_string(*number);
    if (const auto* const text = std::get_if<std::string>(&v))
        return *text;
    return std::nullopt;
}

} // namespace

std::string to_toml(const value& v) {
    if (const auto* const flag = std::get_if<bool>(&v))
        return *flag ? "true" : "false";
    if (const auto* const number = std::get_if<std::int64_t>(&v))
        return std::to_string(*number);
    if (const auto* const text = std::get_if<std::string>(&v))
        return toml_quote(*text);

    std::string list = "[";
    for (const auto& item : std::get<std::vector<std::string>>(v))
        list += (list.size() > 1 ? ", " : "") + toml_quote(item);
    return list + "]";
}

std::string shown(value v) {
    if (auto* const text = std::get_if<std::string>(&v))
        *text = without_user(*text);
    if (auto* const list = std::get_if<std::vector<std::string>>(&v))
        std::ranges::transform(*list, list->begin(), without_user);
    return to_toml(v);
}

std::optional<std::uint64_t> size_in(const value& v) {
    const auto text = quantity_in(v);
    return text ? parse_size(*text) : std::nullopt;
}

std::optional<std::chrono::milliseconds> duration_in(const value& v) {
    const auto text = quantity_in(v);
    return text ? parse_duration(*text) : std::nullopt;
}

} // namespace objftpd::config
