#include "config/endpoint.hpp"

#include "config/ascii_text.hpp"
#include "config/result.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace objftpd::config {
namespace {

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' ||
           c == '[' || c == ']' || c == '_';
}

std::string_view without_port(std::string_view host) {
    if (host.starts_with('['))
        return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
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
    if ((where.scheme != "https" && where.scheme != "http") || where.host.empty() ||
        !std::ranges::all_of(where.host, is_host_character))
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

bool is_local_or_ip(std::string_view host) {
    const std::string name(without_port(host));
    error_code failed;
    asio::ip::make_address(name, failed);
    return !failed || name == "localhost";
}

} // namespace objftpd::config
