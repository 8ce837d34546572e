#pragma once

#include "config/units.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// One option of the configuration as a row of a table (schema.cpp). Everything that is said
/// or checked about an option comes from its row: the default, the type and range errors, the
/// reference configuration.
namespace objftpd::config {

/// What an option may hold, free of the TOML library.
using value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// As it stands in a TOML file: true, 12, "text", ["a", "b"].
std::string to_toml(const value& v);

/// The same for an error, without what may be somebody's password.
std::string shown(value v);

/// A size or a duration, with its unit or as a bare number; nullopt when it is neither.
std::optional<std::uint64_t> size_in(const value& v);
std::optional<std::chrono::milliseconds> duration_in(const value& v);

/// What a setter found wrong. Empty: nothing. `unexpected` is a complaint that the caller
/// completes: "expects <expects>, not <value>".
using complaint = std::string;
inline const complaint unexpected = "?";

template <class Section>
struct option {
    std::string key;
    std::string expects;           // "a duration from 1 s to 1 h, such as ..."
    std::optional<value> fallback; // the default
    std::string documentation;     // one or two sentences
    std::function<complaint(Section&, const value&)> set;
    bool required = false;
    bool secret = false; // nothing of it is repeated in an error
    std::optional<value> example =
        std::nullopt; // shown by the reference configuration in place of a default

    option must_be_given(value shown) && {
        required = true;
        return std::move(*this).unset_by_default(std::move(shown));
    }
    option unset_by_default(value shown) && {
        fallback.reset();
        example = std::move(shown);
        return std::move(*this);
    }
    option kept_secret() && {
        secret = true;
        return std::move(*this);
    }
};

/// Makes the rows of a section. `Owner` is `Section` or a base of it.
template <class Section>
struct row {
    template <class Owner>
    static option<Section> flag(std::string key, bool Owner::*member, bool fallback,
                                std::string documentation) {
        const auto set = [member](Section& section, const value& v) {
            const auto* const given = std::get_if<bool>(&v);
            if (given)
                section.*member = *given;
            return given ? complaint() : unexpected;
        };
        return {std::move(key), "true or false", fallback, std::move(documentation), set};
    }

    template <class Owner, std::integral Number>
    static option<Section> count(std::string key, Number Owner::*member, std::int64_t fallback,
                                 std::int64_t least, std::int64_t most, std::string documentation) {
        const auto set = [=](Section& section, const value& v) {
            const auto* const given = std::get_if<std::int64_t>(&v);
            if (!given || *given < least || *given > most)
                return unexpected;
            section.*member = static_cast<Number>(*given);
            return complaint();
        };
        auto expects =
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
        return {std::move(key), std::move(expects), fallback, std::move(documentation), set};
    }

    template <class Owner>
    static option<Section> size(std::string key, std::size_t Owner::*member, std::uint64_t fallback,
                                std::uint64_t least, std::uint64_t most,
                                std::string documentation) {
        const auto set = [=](Section& section, const value& v) {
            const auto given = size_in(v);
            if (!given || *given < least || *given > most)
                return unexpected;
            section.*member = static_cast<std::size_t>(*given);
            return complaint();
        };
        auto expects = "a size from " + format_size(least) + " to " + format_size(most) +
                       ", such as \"" + format_size(fallback) + "\"";
        return {std::move(key), std::move(expects), format_size(fallback), std::move(documentation),
                set};
    }

    template <class Owner, class Rep, class Period>
    static option<Section>
    duration(std::string key, std::chrono::duration<Rep, Period> Owner::*member,
             std::chrono::milliseconds fallback, std::chrono::milliseconds least,
             std::chrono::milliseconds most, std::string documentation) {
        using unit = std::chrono::duration<Rep, Period>;
        const auto set = [=](Section& section, const value& v) {
            const auto given = duration_in(v);
            if (!given || *given < least || *given > most)
                return unexpected;
            section.*member = std::chrono::duration_cast<unit>(*given);
            return section.*member == *given ? complaint() : unexpected;
        };
        constexpr bool coarse = std::ratio_greater_v<Period, std::milli>;
        auto expects = "a duration from " + format_duration(least) + " to " +
                       format_duration(most) + (coarse ? " in whole seconds" : "") +
                       ", such as \"" + format_duration(fallback) + "\"";
        return {std::move(key), std::move(expects), format_duration(fallback),
                std::move(documentation), set};
    }

    /// `check` may bring the text into its normal form.
    template <class Owner>
    static option<Section> text(std::string key, std::string Owner::*member, std::string fallback,
                                std::string expects, std::string documentation,
                                const std::function<complaint(std::string&)>& check = nullptr) {
        const auto set = [=](Section& section, const value& v) {
            const auto* const given = std::get_if<std::string>(&v);
            if (!given)
                return unexpected;
            section.*member = *given;
            return check ? check(section.*member) : complaint();
        };
        return {std::move(key), std::move(expects), std::move(fallback), std::move(documentation),
                set};
    }

    template <class Owner, class Enum>
    static option<Section> choice(std::string key, Enum Owner::*member, std::string fallback,
                                  std::vector<std::pair<std::string, Enum>> choices,
                                  std::string documentation) {
        std::string expects;
        for (const auto& [name, meaning] : choices)
            expects += (expects.empty()                  ? ""
                        : &name == &choices.back().first ? " or "
                                                         : ", ") +
                       ("\"" + name + "\"");
        const auto set = [=](Section& section, const value& v) {
            const auto* const given = std::get_if<std::string>(&v);
            for (const auto& [name, meaning] : choices)
                if (given && *given == name) {
                    section.*member = meaning;
                    return complaint();
                }
            return unexpected;
        };
        return {std::move(key), std::move(expects), std::move(fallback), std::move(documentation),
                set};
    }
};

} // namespace objftpd::config
