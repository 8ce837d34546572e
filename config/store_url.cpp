#include "config/store_url.hpp"

#include "config/hex.hpp"
#include "config/schema.hpp"
#include "config/text.hpp"

#include <algorithm>
#include <set>

namespace objftpd::config {
namespace {

constexpr std::string_view local_scheme = "local:";

store_text wrong(std::string problem) {
    store_text text;
    text.problem = std::move(problem);
    return text;
}

// What is not encoded as it should be is meant as it stands.
std::string decoded(std::string_view text) {
    return percent_decode(text, plus_sign::kept).value_or(std::string(text));
}

// SECURITY: secrets on a command line show in every process list.
bool may_stand_in_url(std::string_view key) {
    const auto& options = object_store_options();
    return key != "credentials" && !key.starts_with("access_key") && key != "session_token" &&
           std::ranges::any_of(options, [&](const auto& o) { return o.key == key; });
}

// Numbers stand without quotes in TOML.
std::string as_toml(const std::string& value) {
    const bool number = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
    return number ? value : toml_quote(value);
}

store_text parse_object_store(std::string_view scheme, std::string_view rest) {
    const auto mark = rest.find('?');
    auto query = mark == rest.npos ? std::string_view() : rest.substr(mark + 1);
    const auto path = rest.substr(0, mark);
    const auto slash = path.find('/');

    store_text text;
    text.bucket = decoded(path.substr(0, slash));
    text.prefix = slash == path.npos ? std::string() : decoded(path.substr(slash + 1));
    text.store = "type = " + toml_quote(scheme) + "\n";
    bool anonymous = false;
    std::set<std::string_view> known;
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        const auto key = pair.substr(0, equals);
        const auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!known.insert(key).second)
            return wrong("has " + toml_quote(without_user(key)) + " twice");
        if (key == "proxy" && value.find('@') != value.npos)
            return wrong("has a proxy with a user, whose password every process list would show; "
                         "write it into a file");
        if (key == "credentials" && value == "anonymous")
            anonymous = true;
        else if (may_stand_in_url(key))
            text.store += std::string(key) + " = " + as_toml(value) + "\n";
        else
            return wrong("has " + toml_quote(without_user(key)) +
                         ", which is no option here; expects options of a [[store]], such as "
                         "endpoint, region and style; keys come from the environment");
    }
    if (text.store.find("\nendpoint = ") == text.store.npos)
        return wrong("names no endpoint; expects " + std::string(scheme) +
                     "://BUCKET/PREFIX?endpoint=HOST");
    text.store += anonymous ? "credentials = \"anonymous\"\n" : "credentials = \"environment\"\n";
    return text;
}

} // namespace

store_text parse_store(std::string_view text) {
    constexpr std::string_view forms =
        "expects local:FOLDER, s3://BUCKET/PREFIX?endpoint=... or oss://BUCKET/PREFIX?endpoint=...";
    if (text.starts_with(local_scheme) && text.size() > local_scheme.size()) {
        store_text local;
        local.store =
            "type = \"local\"\npath = " + toml_quote(text.substr(local_scheme.size())) + "\n";
        local.bucket = "files";
        return local;
    }
    for (const std::string_view scheme : {"s3", "oss"})
        if (text.starts_with(std::string(scheme) + "://"))
            return parse_object_store(scheme, text.substr(scheme.size() + 3));
    const auto colon = text.find(':');
    // SECURITY: only the scheme is repeated; the rest may hold credentials.
    if (colon != text.npos && !text.starts_with(local_scheme))
        return wrong("there is no store type " + toml_quote(text.substr(0, colon)) + "; " +
                     std::string(forms));
    return wrong(std::string(forms));
}

} // namespace objftpd::config
