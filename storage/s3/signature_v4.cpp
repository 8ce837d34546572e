#include "storage/s3/signature_v4.hpp"

#include "storage/http/signing.hpp"

#include <algorithm>

namespace objftpd::storage::s3 {
namespace {

constexpr http::v4_dialect dialect = {"AWS4-HMAC-SHA256", "AWS4", "aws4_request"};

std::vector<http::header> signed_headers(const http::request& r) {
    auto headers = r.headers;
    std::erase_if(headers, [](const http::header& h) { return h.name == "authorization"; });
    headers.emplace_back("host", r.host);
    std::ranges::sort(headers, {}, &http::header::name);
    return headers;
}

std::string names_of(const std::vector<http::header>& headers) {
    std::string names;
    for (const auto& h : headers)
        names += (names.empty() ? "" : ";") + h.name;
    return names;
}

std::string scope_text(const signing_scope& scope, const std::string& time) {
    return http::v4_scope(dialect, time, scope.region, scope.service);
}

std::string signature(const http::credentials& who, const signing_scope& scope,
                      const std::string& time, const std::string& canonical) {
    return http::v4_signature(dialect, who.secret, time, scope.region, scope.service, canonical);
}

} // namespace

std::string canonical_request(const http::request& r, const std::string& payload) {
    const auto headers = signed_headers(r);
    auto text = r.method + '\n' + r.path + '\n' +
                http::sorted_query(r, http::empty_value::with_equals) + '\n';
    for (const auto& h : headers)
        text += h.name + ':' + http::trimmed(h.value, http::inner_spaces::collapsed) + '\n';
    return text + '\n' + names_of(headers) + '\n' + payload;
}

std::string string_to_sign(const http::request& r, const signing_scope& scope) {
    const auto value_of = [&](std::string_view name) {
        const auto* const found = r.find(name);
        return found == nullptr ? std::string() : *found;
    };
    return http::v4_string_to_sign(dialect, value_of("x-amz-date"), scope.region, scope.service,
                                   canonical_request(r, value_of("x-amz-content-sha256")));
}

void sign(http::request& r, const http::credentials& who, const signing_scope& scope,
          std::chrono::sys_seconds now, const std::string& payload) {
    if (who.is_anonymous())
        return;
    const auto time = http::iso_time(now);
    r.set("x-amz-date", time);
    r.set("x-amz-content-sha256", payload);
    if (!who.session_token.empty())
        r.set("x-amz-security-token", who.session_token);
    const auto proof = signature(who, scope, time, canonical_request(r, payload));
    r.set("authorization", std::string(dialect.algorithm) + " Credential=" + who.key_id + '/' +
                               scope_text(scope, time) + ", SignedHeaders=" +
                               names_of(signed_headers(r)) + ", Signature=" + proof);
}

std::string presign(http::request r, const http::credentials& who, const signing_scope& scope,
                    std::chrono::sys_seconds now, std::chrono::seconds lifetime) {
    const auto time = http::iso_time(now);
    r.query.emplace_back("X-Amz-Algorithm", std::string(dialect.algorithm));
    r.query.emplace_back("X-Amz-Credential", who.key_id + '/' + scope_text(scope, time));
    r.query.emplace_back("X-Amz-Date", time);
    r.query.emplace_back("X-Amz-Expires", std::to_string(lifetime.count()));
    r.query.emplace_back("X-Amz-SignedHeaders", names_of(signed_headers(r)));
    if (!who.session_token.empty())
        r.query.emplace_back("X-Amz-Security-Token", who.session_token);
    const auto proof = signature(who, scope, time, canonical_request(r, unsigned_payload));
    r.query.emplace_back("X-Amz-Signature", proof);
    return r.url();
}

} // namespace objftpd::storage::s3
