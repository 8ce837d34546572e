#include "storage/credentials/sts_requests.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "storage/s3/signature_v4.hpp"

namespace objftpd::storage::credentials {
namespace {

// Sorted by name, as they come out of the map.
std::string form(const parameters& all) {
    std::string text;
    for (const auto& [name, value] : all) {
        if (!text.empty())
            text += '&';
        text += http::percent_encode(name) + '=' + http::percent_encode(value);
    }
    return text;
}

sts_request post(const config::endpoint& where, std::string body) {
    sts_request made;
    made.head.method = "POST";
    made.head.scheme = where.scheme;
    made.head.host = where.host;
    made.head.path = "/";
    made.head.set("content-type", "application/x-www-form-urlencoded");
    made.body = std::move(body);
    return made;
}

// "2026-11-21T01:02:03Z"
std::string long_time(std::chrono::sys_seconds t) {
    auto text = http::iso_time(t);
    text.insert(13, ":");
    text.insert(11, ":");
    text.insert(6, "-");
    text.insert(4, "-");
    return text;
}

parameters common(const role& wanted, const char* action, const char* version) {
    return {{"Action", action},
            {"Version", version},
            {"RoleArn", wanted.arn},
            {"RoleSessionName", wanted.session_name},
            {"DurationSeconds", std::to_string(wanted.duration.count())}};
}

void add_external_id(parameters& to, const role& wanted) {
    if (!wanted.external_id.empty())
        to["ExternalId"] = wanted.external_id;
}

constexpr const char* alibaba_version = "2015-04-01";
constexpr const char* amazon_version = "2011-06-15";

} // namespace

std::string rpc_signature(const std::string& method, const parameters& all,
                          const std::string& secret) {
    const auto text = method + "&%2F&" + http::percent_encode(form(all));
    return http::base64(http::hmac_sha1(secret + '&', text));
}

sts_request alibaba_assume_role(const config::endpoint& where, const role& wanted,
                                const http::credentials& who, const std::string& nonce,
                                std::chrono::sys_seconds now) {
    auto all = common(wanted, "AssumeRole", alibaba_version);
    add_external_id(all, wanted);
    all["Format"] = "JSON";
    all["AccessKeyId"] = who.key_id;
    if (!who.session_token.empty())
        all["SecurityToken"] = who.session_token;
    all["SignatureMethod"] = "HMAC-SHA1";
    all["SignatureVersion"] = "1.0";
    all["SignatureNonce"] = nonce;
    all["Timestamp"] = long_time(now);
    all["Signature"] = rpc_signature("POST", all, who.secret);
    return post(where, form(all));
}

sts_request alibaba_web_identity(const config::endpoint& where, const role& wanted,
                                 const std::string& token, std::chrono::sys_seconds now) {
    auto fields = common(wanted, "AssumeRoleWithOIDC", alibaba_version);
    fields["OIDCProviderArn"] = wanted.provider_arn;
    fields["OIDCToken"] = token;
    // What is asked for stands in the query, what is secret in the form.
    auto action = fields.extract("Action");
    auto version = fields.extract("Version");
    auto made = post(where, form(fields));
    made.head.query.emplace_back("Action", action.mapped());
    made.head.query.emplace_back("Format", "JSON");
    made.head.query.emplace_back("Timestamp", long_time(now));
    made.head.query.emplace_back("Version", version.mapped());
    return made;
}

sts_request amazon_assume_role(const config::endpoint& where, const std::string& region,
                               const role& wanted, const http::credentials& who,
                               std::chrono::sys_seconds now) {
    auto all = common(wanted, "AssumeRole", amazon_version);
    add_external_id(all, wanted);
    auto made = post(where, form(all));
    s3::signing_scope scope;
    scope.region = region;
    scope.service = "sts";
    s3::sign(made.head, who, scope, now, http::sha256_hex(made.body));
    return made;
}

sts_request amazon_web_identity(const config::endpoint& where, const role& wanted,
                                const std::string& token) {
    auto all = common(wanted, "AssumeRoleWithWebIdentity", amazon_version);
    all["WebIdentityToken"] = token;
    return post(where, form(all));
}

} // namespace objftpd::storage::credentials
