#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace objftpd::server {

/// "127,0,0,1,195,80" of PORT, RFC 959, 4.1.2. Six decimal numbers 0..255, optional spaces
/// around each; nothing otherwise. Whether the address and port may be used is not asked here.
std::optional<boost::asio::ip::tcp::endpoint> parse_port(std::string_view argument);

/// The argument of EPRT, RFC 2428, 2: "|1|10.0.0.5|50000|", any printable delimiter. A known
/// family with the other's address, and port 0, are syntax errors. "::" is an address like any
/// other. The scope of a link-local address ("%eth0") is dropped: it names the client's own
/// interface.
struct eprt_result {
    enum class status { ok, syntax_error, unknown_family } status = status::syntax_error;
    boost::asio::ip::tcp::endpoint endpoint;
};
eprt_result parse_eprt(std::string_view argument);

/// "Entering Passive Mode (10,0,0,5,195,80)."; clients take the numbers out of it.
std::string pasv_text(const boost::asio::ip::address_v4& address, std::uint16_t port);

/// "Entering Extended Passive Mode (|||50000|)"
std::string epsv_text(std::uint16_t port);

/// An IPv4 address that came in through an IPv6 socket (::ffff:a.b.c.d) as IPv4.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

/// Whether both are the same host: IPv4 in IPv6 is IPv4, and the scope of a link-local address,
/// which EPRT cannot say, does not count.
bool same_host(const boost::asio::ip::address& a, const boost::asio::ip::address& b);

} // namespace objftpd::server
