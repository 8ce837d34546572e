#include "config/ascii_text.hpp"
#include "config/log.hpp"
#include "server/commands/error_reply.hpp"
#include "server/commands/handlers.hpp"
#include "server/protocol/address.hpp"
#include "server/session.hpp"

namespace objftpd::server::commands {
namespace {

using asio::ip::tcp;

reply take_target(session& s, tcp::endpoint target) {
    if (!s.protection.listener().active_mode)
        return {502, "Active mode is switched off here, use PASV or EPSV."};
    // lftp in active mode over IPv6 names "::", its unbound address: it means its own.
    if (target.address().is_unspecified())
        target.address(s.peer.address());
    // SECURITY: only the client's own address, never a privileged port (RFC 2577, 3).
    if (!same_host(target.address(), s.peer.address()) || target.port() < 1024) {
        config::log::warning("data address refused", {{"session", s.id},
                                                      {"address", target.address().to_string()},
                                                      {"port", target.port()}});
        return {501, "The data port must be on your own address and above 1023."};
    }
    // As the control connection has it, for an IPv4 client on an IPv6 socket.
    target.address(s.peer.address());
    s.data.connect_to(std::move(target));
    return {200, "Data port accepted."};
}

result<std::uint16_t> listen(session& s) {
    auto port = s.data.listen(s.shared.ports);
    if (!port)
        config::log::warning("no passive port to be had; widen server.passive_ports",
                             {{"session", s.id}, {"error", port.error().message()}});
    s.expect_client_on_port();
    return port;
}

} // namespace

awaitable<reply> port(session& s, std::string argument) {
    if (s.extended_passive_only)
        co_return reply(501, "Only EPSV is allowed after EPSV ALL.");
    const auto target = parse_port(argument);
    if (!target)
        co_return reply(501, "PORT wants six numbers from 0 to 255.");
    co_return take_target(s, *target);
}

awaitable<reply> eprt(session& s, std::string argument) {
    if (s.extended_passive_only)
        co_return reply(501, "Only EPSV is allowed after EPSV ALL.");
    const auto parsed = parse_eprt(argument);
    if (parsed.status == eprt_result::status::unknown_family)
        co_return reply(522, "Network protocol not supported, use (1,2).");
    if (parsed.status == eprt_result::status::syntax_error)
        co_return reply(501, "EPRT wants |family|address|port|.");
    co_return take_target(s, parsed.endpoint);
}

awaitable<reply> pasv(session& s, std::string) {
    if (s.extended_passive_only)
        co_return reply(501, "Only EPSV is allowed after EPSV ALL.");
    const auto& announced = s.protection.listener().passive_address;
    const auto own = unmapped(s.local.address());
    // Some clients send PASV over IPv6 and take the port alone from the answer.
    auto address = own.is_v4() ? own.to_v4() : asio::ip::address_v4();
    if (!announced.empty())
        address = asio::ip::make_address_v4(announced);
    const auto port = listen(s);
    if (!port)
        co_return reply(425, "No data port is free, please try again.");
    co_return reply(227, pasv_text(address, *port));
}

awaitable<reply> epsv(session& s, std::string argument) {
    const auto wanted = config::to_upper(argument);
    if (wanted == "ALL") {
        s.extended_passive_only = true;
        co_return reply(200, "EPSV ALL accepted.");
    }
    const bool v4 = unmapped(s.local.address()).is_v4();
    if (!wanted.empty() && wanted != "1" && wanted != "2")
        co_return reply(config::parse_decimal(wanted) ? 522 : 501,
                        "Network protocol not supported, use (1,2).");
    if (!wanted.empty() && (wanted == "1") != v4)
        co_return reply(522, v4 ? "Network protocol not supported, use (1)."
                                : "Network protocol not supported, use (2).");
    const auto port = listen(s);
    if (!port)
        co_return reply(425, "No data port is free, please try again.");
    co_return reply(229, epsv_text(*port));
}

awaitable<reply> type(session& s, std::string argument) {
    const auto wanted = config::to_upper(argument);
    if (wanted == "I" || wanted == "L 8" || wanted == "L8" || wanted == "L") {
        s.type = session::representation::image;
        co_return reply(200, "Type set to I.");
    }
    if (wanted == "A" || wanted == "A N") {
        if (s.account->ascii == config::ascii_policy::reject)
            co_return reply(504, "Type A is switched off here, use TYPE I.");
        s.type = session::representation::ascii;
        co_return reply(200, "Type set to A.");
    }
    if (!wanted.empty() && std::string_view("AEL").find(wanted[0]) != std::string_view::npos)
        co_return reply(504, "Only the types A, I and L 8 are supported.");
    co_return reply(501, "Unknown type.");
}

awaitable<reply> stru(session&, std::string argument) {
    const auto wanted = config::to_upper(argument);
    if (wanted == "F")
        co_return reply(200, "Structure set to F.");
    co_return reply(wanted == "R" || wanted == "P" ? 504 : 501, "Only structure F is supported.");
}

awaitable<reply> mode(session&, std::string argument) {
    const auto wanted = config::to_upper(argument);
    if (wanted == "S")
        co_return reply(200, "Mode set to S.");
    co_return reply(wanted == "B" || wanted == "C" || wanted == "Z" ? 504 : 501,
                    "Only mode S is supported.");
}

awaitable<reply> rest(session& s, std::string argument) {
    const auto offset = config::parse_decimal(argument);
    if (!offset || *offset > INT64_MAX) // no file is longer
        co_return reply(501, "REST wants a number of bytes.");
    const bool converts = s.type == session::representation::ascii &&
                          s.account->ascii == config::ascii_policy::convert;
    if (*offset != 0 && converts)
        co_return reply(504, "A restart position needs TYPE I.");
    s.restart_at = *offset;
    co_return reply(350, "Restarting at " + std::to_string(*offset) + ". Send STORE or RETRIEVE.");
}

awaitable<reply> allo(session& s, std::string argument) {
    const auto bytes =
        config::parse_decimal(std::string_view(argument).substr(0, argument.find(' ')));
    if (!bytes)
        co_return reply(501, "ALLO wants a number of bytes.");
    const auto space = co_await s.files->free_space(s.directory);
    if (space && *space < *bytes)
        co_return reply(452, "The store has less space than that.");
    s.announced_size = *bytes;
    co_return reply(200, "No storage allocation is necessary.");
}

} // namespace objftpd::server::commands
