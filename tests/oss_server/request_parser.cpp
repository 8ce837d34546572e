#include "tests/oss_server/request_parser.hpp"

#include "config/hex.hpp"
#include "config/utf8.hpp"
#include "storage/http/encoding.hpp"
#include "tests/oss_server/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>

namespace objftpd::oss_server {
namespace {

// SECURITY: of these there may be one only. Two that differ would let the signature cover one
// and the server act on the other.
constexpr auto single = std::to_array<std::string_view>({
    "authorization",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "host",
    "range",
    "transfer-encoding",
});

// Headers of one name become one with commas between (RFC 9110, 5.3).
outcome<std::vector<http::header>> join(const std::vector<http::header>& headers) {
    std::vector<http::header> joined;
    for (const auto& h : headers) {
        const auto found = std::ranges::find(joined, h.name, &http::header::name);
        if (found == joined.end()) {
            joined.emplace_back(h.name, std::string(trim(h.value)));
            continue;
        }
        if (std::ranges::find(single, h.name) != single.end())
            return invalid_argument("The header is given more than once.", h.name, h.value);
        found->value += ',';
        found->value += trim(h.value);
    }
    return joined;
}

outcome<std::vector<http::parameter>> parse_query(std::string_view text) {
    std::vector<http::parameter> query;
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto pair = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (pair.empty())
            continue;
        const auto equals = pair.find('=');
        auto name = http::percent_decode(pair.substr(0, equals));
        std::optional<std::string> value;
        if (equals != pair.npos)
            value = http::percent_decode(pair.substr(equals + 1));
        if (!name || (equals != pair.npos && !value))
            return oss_error("InvalidArgument", "The query string cannot be decoded.");
        if (std::ranges::find(query, *name, &http::parameter::name) != query.end())
            return invalid_argument("The parameter is given more than once.", *name,
                                    value.value_or(""));
        query.emplace_back(std::move(*name), std::move(value));
    }
    return query;
}

std::string without_port(const std::string& host) {
    const auto colon = host.rfind(':');
    const bool has_port = colon != host.npos && host.find(']', colon) == host.npos &&
                          (host.front() == '[' || host.find(':') == colon);
    return lower_case(has_port ? host.substr(0, colon) : host);
}

bool is_address(std::string host) {
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    boost::system::error_code failed;
    boost::asio::ip::make_address(host, failed);
    return !failed;
}

// The path of "/bucket/key".
void split(const std::string& path, http::request& r) {
    const auto slash = path.find('/', 1);
    r.bucket = path.substr(1, slash == path.npos ? path.npos : slash - 1);
    r.key = slash == path.npos ? std::string() : path.substr(slash + 1);
}

outcome<> find_bucket(const std::string& host, const std::string& path, http::request& r,
                      const server_settings& settings) {
    if (is_address(host) || host == "localhost") {
        split(path, r);
        return {};
    }
    auto bases = settings.base_hosts;
    bases.emplace_back("localhost");
    bases.push_back("oss-" + settings.region + ".aliyuncs.com");
    bases.push_back("oss-" + settings.region + "-internal.aliyuncs.com");
    for (const auto& base : bases) {
        if (host == base) {
            // OSS takes no "/bucket/key" under its own name.
            if (path != "/")
                return oss_error("SecondLevelDomainForbidden");
            return {};
        }
        if (host.ends_with('.' + base)) {
            r.bucket = host.substr(0, host.size() - base.size() - 1);
            r.key = path.substr(1);
            return {};
        }
    }
    return oss_error("NonStandardHostForbidden");
}

} // namespace

outcome<http::request> parse_head(const raw_head& head, const server_settings& settings) {
    auto headers = join(head.headers);
    if (!headers)
        return headers.error();
    http::request r;
    r.method = head.method;
    r.scheme = "http";
    r.headers = std::move(*headers);

    const auto* const host = r.find("host");
    if (host == nullptr || host->empty())
        return oss_error("BadRequest", "There is no Host.");
    r.host = *host;

    if (!head.target.starts_with('/'))
        return oss_error("BadRequest", "The request target is no path.");
    const auto question = head.target.find('?');
    r.path = head.target.substr(0, question);
    if (question != head.target.npos) {
        auto query = parse_query(std::string_view(head.target).substr(question + 1));
        if (!query)
            return query.error();
        r.query = std::move(*query);
    }
    const auto path = config::percent_decode(r.path, config::plus_sign::kept);
    if (!path || path->find('\0') != path->npos)
        return oss_error("InvalidObjectName");
    const auto found = find_bucket(without_port(r.host), *path, r, settings);
    if (!found)
        return found.error();
    return r;
}

outcome<> check_key(const std::string& key, const limits& most) {
    if (key.empty() || key.size() > most.key || key.starts_with('/') || key.starts_with('\\') ||
        !config::is_utf8(key))
        return oss_error("InvalidObjectName").with("ObjectName", key);
    return {};
}

bool is_bucket_name(std::string_view name) {
    const auto is_alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    return name.size() >= 3 && name.size() <= 63 && is_alphanumeric(name.front()) &&
           is_alphanumeric(name.back()) &&
           std::ranges::all_of(name, [&](char c) { return c == '-' || is_alphanumeric(c); });
}

const std::string* find_parameter(const http::request& r, std::string_view name) {
    static const std::string empty;
    const auto found = std::ranges::find(r.query, name, &http::parameter::name);
    if (found == r.query.end())
        return nullptr;
    return found->value ? &*found->value : &empty;
}

} // namespace objftpd::oss_server
