#include "storage/credentials/documents.hpp"

#include "storage/credentials/expiration.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>

namespace objftpd::storage::credentials {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_message = 200;

// Text or number as text; empty if it is neither or not there. The first name that is there.
std::string text_at(const json::object& from, std::initializer_list<const char*> names) {
    for (const auto* const name : names) {
        const auto* const value = from.if_contains(name);
        if (value == nullptr)
            continue;
        if (const auto* const text = value->if_string())
            return {text->data(), text->size()};
        if (const auto* const number = value->if_int64())
            return std::to_string(*number);
    }
    return {};
}

std::optional<json::value> parse(std::string_view text) {
    // SECURITY: deep nesting ends at Boost.JSON's own limit of 32.
    boost::system::error_code failed;
    auto value = json::parse({text.data(), text.size()}, failed);
    if (failed || !value.is_object())
        return std::nullopt;
    return value;
}

std::string error_in(const json::object& answer) {
    auto code = text_at(answer, {"ErrorCode", "Code", "code", "error"});
    const auto message = text_at(answer, {"ErrorMessage", "Message", "message"});
    if (code.empty() || code == "Success")
        code = text_at(answer, {"StatusCode"});
    if (code == "200")
        code.clear();
    if (message.empty())
        return loggable(code);
    return loggable(code.empty() ? message : code + ": " + message);
}

failure unreadable() {
    return {"what came is not the JSON of credentials",
            "let it be {\"AccessKeyId\", \"AccessKeySecret\", \"SecurityToken\", \"Expiration\"}"};
}

fetch_result from_object(const json::object& outer) {
    const auto* const nested = outer.if_contains("Credentials");
    const bool wrapped = nested != nullptr && nested->is_object();
    const auto& object = wrapped ? nested->get_object() : outer;
    fetched got;
    got.who.key_id = text_at(object, {"AccessKeyId"});
    got.who.secret = text_at(object, {"AccessKeySecret", "SecretAccessKey"});
    got.who.session_token = text_at(object, {"SecurityToken", "Token", "SessionToken"});
    if (got.who.key_id.empty() || got.who.secret.empty()) {
        const auto said = error_in(outer);
        if (said.empty())
            return unreadable();
        return failure("it was refused: " + said, "check the role and who may use it");
    }
    const auto until = text_at(object, {"Expiration"});
    if (until.empty())
        return got;
    got.expires = parse_expiration(until);
    if (!got.expires)
        return no_expiration();
    return got;
}

} // namespace

std::string loggable(std::string_view message) {
    for (const std::string_view from : {"string to sign", "String to sign", "StringToSign"})
        message = message.substr(0, message.find(from));
    std::string text(message.substr(0, longest_message));
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return text;
}

std::string error_in_json(std::string_view text) {
    const auto value = parse(text);
    return value ? error_in(value->get_object()) : std::string();
}

fetch_result parse_json(std::string_view text) {
    const auto value = parse(text);
    return value ? from_object(value->get_object()) : fetch_result(unreadable());
}

fetch_result parse_tool_config(std::string_view text, const std::string& profile) {
    const auto value = parse(text);
    if (!value)
        return unreadable();
    const auto& root = value->get_object();
    const auto wanted = profile.empty() ? text_at(root, {"current"}) : profile;
    const auto* const profiles = root.if_contains("profiles");
    if (profiles == nullptr || !profiles->is_array())
        return unreadable();
    for (const auto& each : profiles->get_array()) {
        if (!each.is_object() || text_at(each.get_object(), {"name"}) != wanted)
            continue;
        const auto& found = each.get_object();
        fetched got;
        got.who.key_id = text_at(found, {"access_key_id"});
        got.who.secret = text_at(found, {"access_key_secret"});
        got.who.session_token = text_at(found, {"sts_token"});
        const auto mode = text_at(found, {"mode"});
        if (mode == "StsToken" || mode == "AK" || mode.empty())
            if (!got.who.key_id.empty() && !got.who.secret.empty())
                return got;
        return failure("the profile \"" + wanted + "\" has no keys of its own (mode " + mode + ")",
                       "take credentials = \"assume-role\", \"ecs-role\" or \"process\"");
    }
    return failure("the file has no profile \"" + wanted + "\"", "check credentials_profile");
}

} // namespace objftpd::storage::credentials
