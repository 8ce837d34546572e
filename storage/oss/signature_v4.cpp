#include "storage/oss/signature_v4.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"

#include <algorithm>

namespace objftpd::storage::oss {
namespace {

constexpr http::v4_dialect dialect = {"OSS4-HMAC-SHA256", "aliyun_v4", "aliyun_v4_request"};
constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD"; // the only value OSS takes

bool is_always_signed(const std::string& name) {
    return name == "content-type" || name == "content-md5" || name.starts_with("x-oss-");
}

// Those that the request has, sorted.
std::string names_of(const http::request& r, std::vector<std::string> additional) {
    std::ranges::sort(additional);
    std::string names;
    for (const auto& name : additional)
        if (!is_always_signed(name) && (name == "host" || r.find(name) != nullptr))
            names += (names.empty() ? "" : ";") + name;
    return names;
}

std::string scope_text(const signing_scope& scope, const std::string& time) {
    return http::v4_scope(dialect, time, scope.region, scope.product);
}

std::string signature_of(const http::credentials& who, const signing_scope& scope,
                         const std::string& time, const std::string& canonical) {
    return http::v4_signature(dialect, who.secret, time, scope.region, scope.product, canonical);
}

} // namespace

std::string canonical_request(const http::request& r, const std::vector<std::string>& additional) {
    std::vector<http::header> headers;
    for (const auto& h : r.headers)
        if (is_always_signed(h.name) || std::ranges::find(additional, h.name) != additional.end())
            headers.push_back(h);
    if (std::ranges::find(additional, "host") != additional.end() && r.find("host") == nullptr)
        headers.emplace_back("host", r.host);
    std::ranges::sort(headers, {}, &http::header::name);

    const auto resource = r.bucket.empty() ? std::string("/") : '/' + r.bucket + '/' + r.key;
    auto text = r.method + '\n' + http::percent_encode_path(resource) + '\n' +
                http::sorted_query(r, http::empty_value::name_alone) + '\n';
    for (const auto& h : headers)
        text += h.name + ':' + http::trimmed(h.value, http::inner_spaces::kept) + '\n';
    text += '\n';
    return text + names_of(r, additional) + '\n' + std::string(unsigned_payload);
}

std::string string_to_sign_v4(const http::request& r, const signing_scope& scope,
                              const std::vector<std::string>& additional) {
    const auto* const time = r.find("x-oss-date");
    return http::v4_string_to_sign(dialect, time == nullptr ? std::string() : *time, scope.region,
                                   scope.product, canonical_request(r, additional));
}

void sign_v4(http::request& r, const http::credentials& who, const signing_scope& scope,
             std::chrono::sys_seconds now, const std::vector<std::string>& additional) {
    if (who.is_anonymous())
        return;
    const auto time = http::iso_time(now);
    r.set("x-oss-date", time);
    r.set("x-oss-content-sha256", std::string(unsigned_payload));
    if (!who.session_token.empty())
        r.set("x-oss-security-token", who.session_token);
    const auto names = names_of(r, additional); // an empty list is an error to OSS
    const auto proof = signature_of(who, scope, time, canonical_request(r, additional));
    r.set("authorization", std::string(dialect.algorithm) + " Credential=" + who.key_id + '/' +
                               scope_text(scope, time) +
                               (names.empty() ? "" : ",AdditionalHeaders=" + names) +
                               ",Signature=" + proof);
}

std::string presign_v4(http::request r, const http::credentials& who, const signing_scope& scope,
                       std::chrono::sys_seconds now, std::chrono::seconds lifetime,
                       const std::vector<std::string>& additional) {
    const auto time = http::iso_time(now);
    r.query.emplace_back("x-oss-signature-version", std::string(dialect.algorithm));
    r.query.emplace_back("x-oss-credential", who.key_id + '/' + scope_text(scope, time));
    r.query.emplace_back("x-oss-date", time);
    r.query.emplace_back("x-oss-expires", std::to_string(lifetime.count()));
    if (const auto names = names_of(r, additional); !names.empty())
        r.query.emplace_back("x-oss-additional-headers", names);
    if (!who.session_token.empty())
        r.query.emplace_back("x-oss-security-token", who.session_token);
    const auto proof = signature_of(who, scope, time, canonical_request(r, additional));
    r.query.emplace_back("x-oss-signature", proof);
    return r.url();
}

} // namespace objftpd::storage::oss
