#include "config/endpoint.hpp"

#include "config/ascii_text.hpp"
#include "config/result.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace objftpd::config {
namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_address(const std::string& text) {
    error_code failed;
    asio::ip::make_address(text, failed);
    return !failed;
}

// "host", "host:8080", "[::1]:8080".
bool is_host(std::string_view text) {
    const auto name = name_of_host(text);
    const bool bracketed = text.starts_with('[');
    const auto port = text.substr(std::min(name.size() + (bracketed ? 2 : 0), text.size()));
    if (name.empty() || name.front() == '.' || name.front() == '-' ||
        (bracketed ? !is_address(name) || text[name.size() + 1] != ']'
                   : !std::ranges::all_of(name, is_name_character)))
        return false;
    if (port.empty())
        return true;
    const auto number = parse_decimal(port.substr(1));
    return port.front() == ':' && number && *number >= 1 && *number <= 65535;
}

} // namespace

std::optional<endpoint> parse_endpoint(std::string_view text) {
    endpoint where;
    if (const auto mark = text.find("://"); mark != text.npos) {
        where.scheme = to_lower(text.substr(0, mark));
        text.remove_prefix(mark + 3);
    }
    if (text.ends_with('/'))
        text.remove_suffix(1);
    where.host = to_lower(text);
    if ((where.scheme != "https" && where.scheme != "http") || !is_host(where.host))
        return std::nullopt;
    // What is signed must be what libcurl sends: it leaves the scheme's own port out.
    const std::string_view usual = where.scheme == "https" ? ":443" : ":80";
    if (where.host.ends_with(usual))
        where.host.resize(where.host.size() - usual.size());
    return where;
}

std::optional<url> parse_url(std::string_view text) {
    const auto mark = text.find("://");
    if (mark == text.npos)
        return std::nullopt;
    const auto slash = std::min(text.find('/', mark + 3), text.size());
    const auto where = parse_endpoint(text.substr(0, slash));
    const auto path = text.substr(slash);
    if (!where ||
        !std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7f && c != '#'; }))
        return std::nullopt;
    url parsed;
    parsed.where = *where;
    parsed.path = path.empty() ? "/" : path;
    return parsed;
}

bool is_proxy(std::string_view text) {
    constexpr std::array<std::string_view, 6> schemes = {"http",    "https",  "socks4",
                                                         "socks4a", "socks5", "socks5h"};
    const auto mark = text.find("://");
    if (mark == text.npos ||
        std::ranges::find(schemes, to_lower(text.substr(0, mark))) == schemes.end())
        return false;
    auto host = text.substr(mark + 3);
    if (host.ends_with('/'))
        host.remove_suffix(1);
    const auto at = host.rfind('@');
    return is_host(to_lower(at == host.npos ? host : host.substr(at + 1)));
}

std::string name_of_host(std::string_view host) {
    if (host.starts_with('['))
        return std::string(host.substr(1, host.find(']') - 1));
    return std::string(host.substr(0, host.find(':')));
}

bool is_loopback(const std::string& name) {
    error_code failed;
    const auto address = asio::ip::make_address(name, failed);
    return name == "localhost" || (!failed && address.is_loopback());
}

bool is_local_or_ip(std::string_view host) {
    const auto name = name_of_host(host);
    return name == "localhost" || is_address(name);
}

} // namespace objftpd::config
