#include "config/names.hpp"

#include "config/endpoint.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <string_view>

namespace objftpd::config {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string check_segments(std::string_view path) {
    if (has_control_characters(path))
        return "holds a control character";
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/'));
        if (segment.empty())
            return "holds an empty segment (\"//\")";
        if (segment == "." || segment == "..")
            return "holds a segment " + toml_quote(segment);
        path.remove_prefix(std::min(segment.size() + 1, path.size()));
    }
    return {};
}

} // namespace

std::string normalise_ftp_path(std::string& path) {
    if (!path.starts_with('/'))
        return toml_quote(path) + " is not an absolute FTP path; it must begin with \"/\"";
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    const auto problem = check_segments(std::string_view(path).substr(1));
    return problem.empty() ? problem : toml_quote(path) + " " + problem;
}

std::string normalise_prefix(std::string& prefix) {
    prefix.erase(0, prefix.find_first_not_of('/'));
    if (prefix.empty())
        return {};
    if (!prefix.ends_with('/'))
        prefix += '/';
    const auto problem = check_segments(std::string_view(prefix).substr(0, prefix.size() - 1));
    return problem.empty() ? problem : toml_quote(prefix) + " " + problem;
}

std::string check_bucket_name(const std::string& name) {
    if (name.empty())
        return "is empty; expects the name of a bucket";
    if (name.find("://") != std::string::npos)
        return toml_quote(name) + " is a URL; only the bucket's name belongs here";
    // SECURITY: not repeated, it may hold a secret.
    if (name.find_first_of("@:") != std::string::npos)
        return "holds '@' or ':', as credentials or an endpoint do; only the bucket's name "
               "belongs here";
    if (const auto slash = name.find('/'); slash != std::string::npos)
        return toml_quote(name) + " is more than a name; what follows " +
               toml_quote(name.substr(0, slash)) + " belongs into prefix";
    if (name.starts_with('.'))
        return toml_quote(name) + " begins with a dot";
    if (has_control_characters(name))
        return toml_quote(name) + " holds a control character";
    if (name.size() > 255)
        return "is longer than 255 bytes";
    return {};
}

std::string check_vendor_bucket_name(const std::string& name, dots_in_name dots) {
    const auto ends_well = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    const bool dotted = dots == dots_in_name::allowed;
    const auto is_fine = [&](char c) {
        return ends_well(c) || c == '-' || c == '_' || (dotted && c == '.');
    };
    if (name.size() >= 3 && name.size() <= 63 && ends_well(name.front()) &&
        ends_well(name.back()) && std::ranges::all_of(name, is_fine) &&
        name.find("..") == name.npos && (!is_local_or_ip(name) || name == "localhost"))
        return {};
    return toml_quote(name) +
           " is no bucket's name at such a store; expects 3 to 63 lower-case "
           "letters, digits, '-', '_'" +
           (dotted ? " and '.'" : "") + ", the first and the last a letter or a digit";
}

std::string check_store_name(const std::string& name) {
    const bool fine = !name.empty() && name.size() <= 64 && is_letter_or_digit(name.front()) &&
                      std::ranges::all_of(name, [](char c) {
                          return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
                      });
    if (fine)
        return {};
    return toml_quote(name) + " is not a name; expects up to 64 letters, digits, '-', '_' and '.', "
                              "the first a letter or a digit";
}

std::string check_user_name(const std::string& name) {
    if (name.empty())
        return "is empty; expects a user name";
    if (name.size() > 255)
        return "is longer than 255 bytes";
    if (has_control_characters(name))
        return toml_quote(name) + " holds a control character";
    if (name.starts_with(' ') || name.ends_with(' '))
        return toml_quote(name) + " begins or ends with a space";
    return {};
}

} // namespace objftpd::config
