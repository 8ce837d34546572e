#pragma once

#include "storage/credentials/source.hpp"

#include <optional>
#include <string_view>

/// Until when credentials are good, as the documents that hold them write it. Pure.
namespace objftpd::storage::credentials {

/// "2026-11-21T07:02:03Z", or with "+01:00" in place of the Z. Nothing if it is no such time.
std::optional<time_point> parse_expiration(std::string_view text);

/// What is told of a text that is no such time: taken for none, it would mean "for ever".
failure no_expiration();

} // namespace objftpd::storage::credentials
