#pragma once

#include "config/load.hpp"
#include "config/password_hash.hpp"

#include <stdexcept>
#include <string>
#include <vector>

/// Configurations that tests vary.
namespace objftpd::tests {

/// A hash of the right form and usual cost that no password matches.
inline const std::string some_hash = "$argon2id$v=19$m=12288,t=3,p=1$ROJrBLzOSL4ERd1T7ggebQ$"
                                     "7VPQMIvkuaBq6U+5YYbQ24g4GDallJlCJi8KoxVqoyE";

/// The line of a user with that hash.
inline const std::string hash_line = "password_hash = \"" + some_hash + "\"";

/// A small configuration without mistakes.
inline const std::string small_configuration = R"(state = "state"
[server]
io_threads = 0
[log]
level = "info"
[[store]]
name = "main"
type = "local"
path = "data"
[[user]]
name = "alice"
password_hash = ")" + some_hash + R"("
[[user.mount]]
path = "/"
store = "main"
bucket = "files"
[[listener]]
addresses = ["ftp://127.0.0.1:2048"]
)";

/// `text` with its only occurrence of `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos || text.find(from, at + 1) != std::string::npos)
        throw std::logic_error("does not occur exactly once: " + from);
    return text.replace(at, from.size(), to);
}

/// What loading a configuration with one store of these lines gives.
inline config::load_result with_store(const std::string& lines,
                                      const std::string& bucket = "bucket") {
    static const auto hash = config::hash_password("secret", config::hash_cost{8, 1, 1});
    return config::load_text(
        "[[listener]]\naddresses = [\"ftp://127.0.0.1:0\"]\n[[store]]\nname = \"m\"\n" + lines +
            "\n[[user]]\nname = \"u\"\npassword_hash = \"" + hash +
            "\"\n[[user.mount]]\npath = \"/\"\nstore = \"m\"\nbucket = \"" + bucket + "\"\n",
        "f", "/etc/objftpd");
}

/// The problems found, each with its key.
inline std::vector<std::string> problems_of(const config::load_result& loaded) {
    std::vector<std::string> texts;
    for (const auto& p : loaded.problems)
        texts.push_back(p.key + ": " + p.text);
    return texts;
}

/// All problems of a text, as a person reads them.
inline std::vector<std::string> problems_of(const std::string& text,
                                            const std::string& folder = "/etc/objftpd") {
    std::vector<std::string> lines;
    for (const auto& p : config::load_text(text, "f", folder).problems)
        lines.push_back(to_string(p));
    return lines;
}

} // namespace objftpd::tests
