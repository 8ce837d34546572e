#include "tests/oss_server/conditions.hpp"

#include "tests/oss_server/text.hpp"

namespace objftpd::oss_server {
namespace {

bool matches(std::string_view list, const std::string& etag) {
    if (trim(list) == "*")
        return true;
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto one = trim(list.substr(0, comma));
        list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
        if (unquote(one) == etag)
            return true;
    }
    return false;
}

} // namespace

condition_result check_conditions(const http::request& r, const std::string& prefix,
                                  const std::string& etag, std::chrono::sys_seconds modified) {
    const auto time = [&](const char* name) {
        const auto* const text = r.find(prefix + name);
        return text != nullptr ? parse_date(*text) : std::nullopt;
    };
    if (const auto* const list = r.find(prefix + "if-match")) {
        if (!matches(*list, etag))
            return condition_result::failed;
    } else if (const auto t = time("if-unmodified-since"); t && modified > *t) {
        return condition_result::failed;
    }
    if (const auto* const list = r.find(prefix + "if-none-match")) {
        if (matches(*list, etag))
            return condition_result::not_modified;
    } else if (const auto t = time("if-modified-since"); t && modified <= *t) {
        return condition_result::not_modified;
    }
    return condition_result::holds;
}

range_result apply_range(const std::string& range, std::uint64_t size, range_behavior behavior) {
    const range_result whole = {200, 0, size};
    range_result unsatisfiable = whole;
    if (behavior == range_behavior::standard)
        unsatisfiable.status = 416;
    constexpr std::string_view unit = "bytes=";
    if (!range.starts_with(unit))
        return whole;
    const auto text = std::string_view(range).substr(unit.size());
    const auto dash = text.find('-');
    if (dash == text.npos)
        return whole;
    const auto first = parse_number(trim(text.substr(0, dash)));
    const auto last = parse_number(trim(text.substr(dash + 1)));
    if (dash == 0) { // the last n bytes
        if (!last)
            return whole;
        if (*last == 0 || size == 0)
            return unsatisfiable;
        if (*last > size)
            return behavior == range_behavior::standard ? range_result{206, 0, size} : whole;
        return {206, size - *last, *last};
    }
    if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first))
        return whole;
    if (*first >= size)
        return unsatisfiable;
    if (last && *last >= size && behavior == range_behavior::ignore_invalid)
        return whole;
    const auto end = last && *last < size ? *last + 1 : size;
    return {206, *first, end - *first};
}

} // namespace objftpd::oss_server
