#include "config/load.hpp"
#include "config/schema.hpp"

namespace objftpd::config {
namespace {

constexpr std::string_view introduction =
    R"(# objftpd: every option with its meaning, what it expects, and its default.
# This text is the output of "objftpd reference-config". A line "key = value" shows the default;
# leave it out and nothing changes. Options without a default show an example; those that may
# be left out stand behind a '#'.
#
# Sizes are written "64 KiB", "8 MiB" or "1 GB", or as a number of bytes; durations "500 ms",
# "30 s", "5 min", "1 h" or "7 d", or as a number of seconds. Relative paths begin in the folder
# of this file. Check a file with "objftpd check-config --config FILE".
)";

constexpr std::size_t width = 98;

std::string as_comment(std::string_view text) {
    std::string out = "#";
    std::size_t column = 1;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        if (column + 1 + word.size() > width) {
            out += "\n#";
            column = 1;
        }
        out += " ";
        out += word;
        column += 1 + word.size();
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return out + "\n";
}

template <class Section>
std::string describe(const std::vector<option<Section>>& options) {
    std::string out;
    for (const auto& o : options) {
        out += "\n" + as_comment(o.documentation) + as_comment("Expects " + o.expects + ".");
        if (o.fallback)
            out += o.key + " = " + to_toml(*o.fallback) + "\n";
        else
            out +=
                (o.required || o.secret ? "" : "# ") + o.key + " = " + to_toml(*o.example) + "\n";
    }
    return out;
}

// The same as text that changes nothing.
std::string commented(const std::string& text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = text.find('\n', begin) + 1;
        const auto line = text.substr(begin, end - begin);
        out += (line == "\n" || line.starts_with('#') ? "" : "# ") + line;
        begin = end;
    }
    return out;
}

std::string heading(std::string_view section, std::string_view explanation) {
    return "\n\n" + as_comment(explanation) + std::string(section) + "\n";
}

} // namespace

std::string reference_configuration() {
    return std::string(introduction) + describe(top_options()) +
           heading("[server]", "The FTP server itself.") + describe(server_options()) +
           heading("[[listener]]", "Who may connect where, and how. The section may be repeated.") +
           describe(listener_options()) +
           heading("[tls]", "TLS, of all listeners. Explicit TLS is offered by every ftp:// "
                            "address.") +
           describe(tls_options()) +
           heading("[[certificate]]",
                   "A certificate of this server. The section may be repeated, or left out: then "
                   "a self-signed certificate is made at the first start and kept in the state "
                   "folder.") +
           describe(certificate_options()) +
           heading("[log]", "The operator's log: one line per event.") + describe(log_options()) +
           heading("[[store]]", "Where files lie. The section may be repeated.") +
           describe(store_options()) + describe(local_store_options()) +
           commented(heading("[[store]]", "A store of type \"s3\" or \"oss\" has these options "
                                          "besides name and type.") +
                     "name = \"cloud\"\ntype = \"s3\"\n" + describe(object_store_options())) +
           heading("[[user]]", "Who may log in. The section may be repeated.") +
           describe(user_options()) +
           heading("[[user.mount]]",
                   "What the user above sees. The section may be repeated; each shows, at a path "
                   "of the user's tree, what lies in a bucket.") +
           describe(mount_options());
}

} // namespace objftpd::config
