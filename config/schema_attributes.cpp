#include "config/schema_attributes.hpp"

#include "config/ascii_text.hpp"
#include "config/text.hpp"

#include <algorithm>

namespace objftpd::config {
namespace {

constexpr std::size_t longest_metadata = 2 << 10; // bytes, of names and values: S3 takes no more

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c < 0x7f; });
}

} // namespace

complaint set_pairs(const value& v, std::string_view allowed, upload_attributes::pairs& target) {
    const auto* const list = std::get_if<std::vector<std::string>>(&v);
    if (list == nullptr)
        return unexpected;
    target.clear();
    std::size_t size = 0;
    for (const auto& text : *list) {
        const auto equals = text.find('=');
        if (equals == text.npos)
            return unexpected;
        auto name = to_lower(text.substr(0, equals));
        auto meaning = text.substr(equals + 1);
        if (name.empty() || name.find_first_not_of(allowed) != name.npos || meaning.empty() ||
            !is_printable(meaning))
            return unexpected;
        size += name.size() + meaning.size();
        if (std::ranges::any_of(target, [&](const auto& p) { return p.first == name; }))
            return "has " + toml_quote(name) + " twice";
        target.emplace_back(std::move(name), std::move(meaning));
    }
    return size > longest_metadata ? "is longer than 2 KiB" : complaint();
}

} // namespace objftpd::config
