#include "config/listener.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace objftpd::config {
namespace {

namespace ip = boost::asio::ip;

struct scheme {
    std::string_view prefix;
    listener_scheme meaning;
    std::uint16_t port;
};
constexpr std::array schemes = {
    scheme{"ftp://", listener_scheme::ftp, 21},
    scheme{"ftps://", listener_scheme::ftps, 990},
};
constexpr int least_passive_ports = 10;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || rest != end)
        return std::nullopt;
    return port;
}

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text), error);
    if (error)
        return std::nullopt;
    return address;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

} // namespace

std::optional<listener_address> parse_listener(std::string_view text, std::string& problem) {
    const auto fail = [&](const std::string& why) {
        problem = quoted(text) + " " + why;
        return std::nullopt;
    };
    const auto* const known =
        std::ranges::find_if(schemes, [&](const scheme& s) { return text.starts_with(s.prefix); });
    if (known == schemes.end())
        return fail("is not a listener; expects ftp://ADDRESS:PORT or ftps://ADDRESS:PORT, such "
                    "as \"ftp://127.0.0.1:2048\" or \"ftps://[::1]:2990\"");
    auto rest = text.substr(known->prefix.size());
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    if (rest.find_first_of("/@") != std::string_view::npos)
        return fail("holds more than an address and a port");

    const bool bracketed = rest.starts_with('[');
    const auto host_end = bracketed ? rest.find(']') : rest.find(':');
    if (bracketed && host_end == std::string_view::npos)
        return fail("lacks the closing bracket of its IPv6 address");
    const auto host = bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end);
    const auto after =
        host_end == std::string_view::npos ? std::string_view() : rest.substr(host_end + bracketed);

    const auto address = parse_address(host);
    if (!address)
        return fail(rest.find(':') != rest.rfind(':') && !bracketed
                        ? "needs brackets around its IPv6 address: ftp://[::1]:2048"
                        : "needs an IP address, such as 127.0.0.1, in place of " + quoted(host));
    if (address->is_v6() != bracketed)
        return fail("has brackets around an address that is not IPv6");

    const auto port = after.empty()            ? std::optional(known->port)
                      : after.starts_with(':') ? parse_port(after.substr(1))
                                               : std::nullopt;
    if (!port)
        return fail("needs a port from 0 to 65535 behind the colon");
    return listener_address{known->meaning, std::string(host), *port};
}

std::string to_string(const listener_address& l) {
    const bool v6 = l.host.find(':') != std::string::npos;
    return std::string(l.scheme == listener_scheme::ftp ? "ftp://" : "ftps://") + (v6 ? "[" : "") +
           l.host + (v6 ? "]:" : ":") + std::to_string(l.port);
}

std::optional<port_range> parse_port_range(std::string_view text, std::string& problem) {
    if (text == "any")
        return port_range{};
    const auto fail = [&](const std::string& why) {
        problem = quoted(text) + " " + why;
        return std::nullopt;
    };
    const auto dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? std::nullopt : parse_port(text.substr(dash + 1));
    if (!first || !last)
        return fail("is not a range of ports; expects FIRST-LAST, such as \"50000-50999\", "
                    "or \"any\"");
    if (*first > *last)
        return fail("is turned round; the lower port comes first");
    if (*first < 1024)
        return fail("reaches below port 1024, which is reserved for system services");
    if (*last - *first + 1 < least_passive_ports)
        return fail("is too small; expects at least " + std::to_string(least_passive_ports) +
                    " ports");
    return port_range{*first, *last};
}

} // namespace objftpd::config
