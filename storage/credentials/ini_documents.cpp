#include "storage/credentials/documents.hpp"

#include "config/ascii_text.hpp"
#include "storage/credentials/expiration.hpp"

#include <initializer_list>
#include <map>

namespace objftpd::storage::credentials {
namespace {

using config::trim;

using section = std::map<std::string, std::string>;

// "[default]", "[profile ftp]" of Amazon's other file.
std::string name_of(std::string_view line) {
    auto name = trim(line.substr(1, line.find(']') - 1));
    if (name.starts_with("profile ") || name.starts_with("profile\t"))
        name = trim(name.substr(8));
    return std::string(name);
}

std::map<std::string, section> sections_of(std::string_view text) {
    std::map<std::string, section> found;
    section* current = nullptr;
    while (!text.empty()) {
        const auto raw = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(raw.size() + 1, text.size()));
        const auto line = trim(raw);
        if (line.empty() || line.front() == '#' || line.front() == ';')
            continue;
        if (line.front() == '[') {
            current = &found[name_of(line)];
            continue;
        }
        const auto equals = line.find('=');
        const bool nested = raw.front() == ' ' || raw.front() == '\t';
        if (equals == line.npos || current == nullptr || nested)
            continue;
        (*current)[config::to_lower(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
    }
    return found;
}

std::string first_of(const section& from, std::initializer_list<const char*> names) {
    for (const auto* const name : names)
        if (const auto found = from.find(name); found != from.end() && !found->second.empty())
            return found->second;
    return {};
}

} // namespace

fetch_result parse_ini(std::string_view text, const std::string& profile) {
    const auto wanted = profile.empty() ? std::string("default") : profile;
    const auto all = sections_of(text);
    auto found = all.find(wanted);
    if (found == all.end() && profile.empty()) // of the Java SDK
        found = all.find("Credentials");
    if (found == all.end())
        return failure("the file has no profile \"" + wanted + "\"", "check credentials_profile");
    const auto& keys = found->second;
    fetched got;
    got.who.key_id = first_of(keys, {"aws_access_key_id", "access_key_id", "oss_access_key_id"});
    got.who.secret = first_of(keys, {"aws_secret_access_key", "access_key_secret",
                                     "oss_secret_access_key", "oss_access_key_secret"});
    got.who.session_token =
        first_of(keys, {"aws_session_token", "aws_security_token", "security_token", "sts_token",
                        "session_token", "oss_session_token"});
    if (got.who.key_id.empty() || got.who.secret.empty())
        return failure("the profile \"" + wanted + "\" has no keys of its own",
                       "take credentials = \"assume-role\", \"ecs-role\", \"ec2-role\" or "
                       "\"process\" for what it names");
    const auto until = first_of(keys, {"expiration", "x_security_token_expires"});
    if (until.empty())
        return got;
    got.expires = parse_expiration(until);
    if (!got.expires)
        return no_expiration();
    return got;
}

} // namespace objftpd::storage::credentials
