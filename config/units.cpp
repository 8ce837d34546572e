#include "config/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace objftpd::config {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array size_units{
    unit{"", 1},
    unit{"B", 1},
    unit{"kB", 1'000},
    unit{"KB", 1'000},
    unit{"MB", 1'000'000},
    unit{"GB", 1'000'000'000},
    unit{"TB", 1'000'000'000'000},
    unit{"KiB", 1ull << 10},
    unit{"MiB", 1ull << 20},
    unit{"GiB", 1ull << 30},
    unit{"TiB", 1ull << 40},
};

constexpr std::array duration_units{
    unit{"", 1'000},     unit{"ms", 1},        unit{"s", 1'000},
    unit{"min", 60'000}, unit{"h", 3'600'000}, unit{"d", 86'400'000},
};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const unit> units) {
    std::uint64_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{})
        return std::nullopt;

    std::string_view name(rest, static_cast<std::size_t>(end - rest));
    if (name.size() > 1 && name.front() == ' ')
        name.remove_prefix(1);
    const auto found = std::ranges::find(units, name, &unit::name);
    if (found == units.end())
        return std::nullopt;

    // Milliseconds are signed, so both stay within 63 bits.
    if (number >
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / found->factor)
        return std::nullopt;
    return number * found->factor;
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    return parse(text, size_units);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto parsed = parse(text, duration_units);
    if (!parsed)
        return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*parsed));
}

std::string format_size(std::uint64_t bytes) {
    constexpr std::array names{"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t power = 0;
    while (bytes != 0 && bytes % 1024 == 0 && power + 1 < names.size()) {
        bytes /= 1024;
        ++power;
    }
    return std::to_string(bytes) + " " + names.at(power);
}

std::string format_duration(std::chrono::milliseconds duration) {
    constexpr std::array units{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"min", 60'000},
                               unit{"s", 1'000}};
    const auto count = static_cast<std::uint64_t>(duration.count());
    if (count == 0)
        return "0 s";
    for (const auto& u : units)
        if (count % u.factor == 0)
            return std::to_string(count / u.factor) + " " + std::string(u.name);
    return std::to_string(count) + " ms";
}

} // namespace objftpd::config
