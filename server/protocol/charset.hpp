#pragma once

#include "config/settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace objftpd::server {

/// A name as a client with that legacy charset sent it, in UTF-8; nothing when it does not
/// decode. For `utf8`: the text itself if valid. For the others valid UTF-8 is NOT taken as
/// such: the charset decides (GB18030 for gbk, ISO-8859-1 for latin1).
std::optional<std::string> decode_name(std::string_view wire, config::charset charset);

/// The reverse for listings and replies; nothing when the charset has no such character.
std::optional<std::string> encode_name(std::string_view utf8, config::charset charset);

} // namespace objftpd::server
