#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace objftpd::server {

/// A reply, RFC 959, 4.2. `lines` holds the inner lines of a multi-line reply; `text` is the
/// only line, or the first one ("211-text"), and then the last one is `last` ("211 End").
struct reply {
    reply() = default;
    reply(int c, std::string t) : code(c), text(std::move(t)) {}
    reply(int c, std::string t, std::vector<std::string> inner, std::string end)
        : code(c), text(std::move(t)), lines(std::move(inner)), last(std::move(end)) {}

    int code = 0; // 0: nothing is sent (it has been already)
    std::string text;
    std::vector<std::string> lines;
    std::string last;
};

/// The bytes on the wire; none for code 0. REQUIRES: the code is 0 or has three digits. SECURITY:
/// control characters in any text become '?', so no name from a client or a store can forge a
/// second reply. Inner lines get one leading space.
std::string to_wire(const reply& r);

/// The path in quotes as RFC 959, appendix II, demands for 257: /a "b" becomes "/a ""b""".
std::string quoted_path(std::string_view path);

} // namespace objftpd::server
