#include "storage/http/request.hpp"

#include "storage/http/encoding.hpp"

#include <algorithm>

namespace objftpd::storage::http {

namespace {

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != others.npos;
    });
}

bool holds_line_end(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

} // namespace

const std::string* find(const std::vector<header>& headers, std::string_view name) {
    const auto found = std::ranges::find(headers, name, &header::name);
    return found == headers.end() ? nullptr : &found->value;
}

void request::set(std::string name, std::string value) {
    const auto found = std::ranges::find(headers, name, &header::name);
    if (found != headers.end())
        found->value = std::move(value);
    else
        headers.emplace_back(std::move(name), std::move(value));
}

std::string request::target() const {
    return query.empty() ? path : path + '?' + to_query(query);
}

std::string request::url() const {
    return scheme + "://" + host + target();
}

bool request::is_well_formed() const {
    return is_token(method) &&
           std::ranges::all_of(
               headers,
               [](const header& h) { return is_token(h.name) && !holds_line_end(h.value); }) &&
           std::ranges::none_of(url(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

std::string to_query(const std::vector<parameter>& parameters) {
    std::string out;
    for (const auto& p : parameters) {
        if (!out.empty())
            out += '&';
        out += percent_encode(p.name);
        if (p.value)
            out += '=' + percent_encode(*p.value);
    }
    return out;
}

} // namespace objftpd::storage::http
