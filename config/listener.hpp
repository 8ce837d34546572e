#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace objftpd::config {

/// "ftp://127.0.0.1:2048", "ftp://[::1]:2048", "ftp://0.0.0.0" (port 21), "ftps://0.0.0.0" (port
/// 990). Only addresses, no host names: what a name resolves to may change, and with it who can
/// connect. When the text is none, `problem` says why.
std::optional<listener_address> parse_listener(std::string_view text, std::string& problem);

/// The inverse of parse_listener, always with the port.
std::string to_string(const listener_address& l);

/// "50000-50999", or "any" for {0, 0}. A range is refused when it is turned round, reaches
/// below port 1024, or holds less than ten ports.
std::optional<port_range> parse_port_range(std::string_view text, std::string& problem);

} // namespace objftpd::config
