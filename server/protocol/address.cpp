#include "server/protocol/address.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace objftpd::server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Digits only, no sign, nothing around them.
std::optional<unsigned> parse_number(std::string_view text, unsigned limit) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limit)
        return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

/// Takes what stands before the next delimiter, and the delimiter. Nothing without one.
std::optional<std::string_view> take_field(std::string_view& text, char delimiter) {
    const auto end = text.find(delimiter);
    if (end == std::string_view::npos)
        return std::nullopt;
    const auto field = text.substr(0, end);
    text.remove_prefix(end + 1);
    return field;
}

std::optional<asio::ip::address> parse_address(std::string_view text, unsigned family) {
    // Asio hands C strings to the system: a NUL would hide what follows it.
    if (text.find('\0') != std::string_view::npos)
        return std::nullopt;
    boost::system::error_code error;
    asio::ip::address address;
    if (family == 1)
        address = asio::ip::make_address_v4(std::string(text), error);
    else
        address = asio::ip::make_address_v6(std::string(text.substr(0, text.find('%'))), error);
    if (error)
        return std::nullopt;
    return address;
}

} // namespace

std::optional<tcp::endpoint> parse_port(std::string_view argument) {
    asio::ip::address_v4::bytes_type address{};
    unsigned port = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        const auto field = i < 5 ? take_field(argument, ',') : argument;
        const auto value = field ? parse_number(trimmed(*field), 255) : std::nullopt;
        if (!value)
            return std::nullopt;
        if (i < 4)
            address[i] = static_cast<unsigned char>(*value);
        else
            port = port * 256 + *value;
    }
    return tcp::endpoint(asio::ip::address_v4(address), static_cast<std::uint16_t>(port));
}

eprt_result parse_eprt(std::string_view argument) {
    eprt_result result;
    if (argument.empty() || argument.front() < '!' || argument.front() > '~')
        return result;
    const char delimiter = argument.front();
    argument.remove_prefix(1);
    const auto family_field = take_field(argument, delimiter);
    const auto address_field = take_field(argument, delimiter);
    const auto port_field = take_field(argument, delimiter);
    if (!port_field || !argument.empty())
        return result;

    const auto family = parse_number(*family_field, 65535);
    const auto port = parse_number(*port_field, 65535);
    if (!family || !port || *port == 0)
        return result;
    if (*family != 1 && *family != 2) {
        result.status = eprt_result::status::unknown_family;
        return result;
    }
    const auto address = parse_address(*address_field, *family);
    if (!address)
        return result;
    result.endpoint = tcp::endpoint(*address, static_cast<std::uint16_t>(*port));
    result.status = eprt_result::status::ok;
    return result;
}

std::string pasv_text(const asio::ip::address_v4& address, std::uint16_t port) {
    std::string out = "Entering Passive Mode (";
    for (const auto byte : address.to_bytes())
        out += std::to_string(byte) + ',';
    out += std::to_string(port / 256) + ',' + std::to_string(port % 256) + ").";
    return out;
}

std::string epsv_text(std::uint16_t port) {
    return "Entering Extended Passive Mode (|||" + std::to_string(port) + "|)";
}

asio::ip::address unmapped(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

bool same_host(const asio::ip::address& a, const asio::ip::address& b) {
    const auto x = unmapped(a);
    const auto y = unmapped(b);
    if (x.is_v6() && y.is_v6())
        return x.to_v6().to_bytes() == y.to_v6().to_bytes();
    return x == y;
}

} // namespace objftpd::server
