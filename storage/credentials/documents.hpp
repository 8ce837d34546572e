#pragma once

#include "storage/credentials/source.hpp"

#include <string>
#include <string_view>

/// The texts that hold credentials. Pure. A text that is none of them, or says that there are none,
/// is a failure that repeats what it says, but nothing that could be a secret.
namespace objftpd::storage::credentials {

/// {"AccessKeyId", "AccessKeySecret" or "SecretAccessKey", "SecurityToken", "Token" or
/// "SessionToken", "Expiration"}, alone or under "Credentials": what metadata services, token
/// servers, programs and Alibaba's STS answer with.
fetch_result parse_json(std::string_view text);

/// A profile of ~/.aliyun/config.json; the file's current one if `profile` is empty.
fetch_result parse_tool_config(std::string_view text, const std::string& profile);

/// A profile of an INI file of any vendor's tools; "default" if `profile` is empty.
fetch_result parse_ini(std::string_view text, const std::string& profile);

/// Any of them, by what it begins with.
fetch_result parse_file(std::string_view text, const std::string& profile);

/// What an error answer says, if it is JSON that does: "NoPermission: You are not authorized".
/// Empty if it says nothing.
std::string error_in_json(std::string_view text);

/// The part of another's message that may be logged: one line, not long, and without the signed
/// text that Alibaba's STS repeats with the token in it.
std::string loggable(std::string_view message);

} // namespace objftpd::storage::credentials
