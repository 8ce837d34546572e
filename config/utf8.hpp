#pragma once

#include <string_view>

namespace objftpd::config {

/// Strict UTF-8, RFC 3629: no overlong forms, surrogates or values above 10FFFF.
bool is_utf8(std::string_view text);

} // namespace objftpd::config
