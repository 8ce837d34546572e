#include "tests/oss_server/authorization.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "storage/oss/signature_v1.hpp"
#include "storage/oss/signature_v4.hpp"
#include "tests/oss_server/request_parser.hpp"
#include "tests/oss_server/text.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace objftpd::oss_server {
namespace {

namespace oss = storage::oss;

constexpr std::chrono::seconds allowed_skew{900};
constexpr std::chrono::seconds longest_link{604800};
constexpr std::string_view v4_algorithm = "OSS4-HMAC-SHA256";
constexpr http::v4_dialect v4_dialect = {v4_algorithm, "aliyun_v4", "aliyun_v4_request"};

// SECURITY: the time that it takes tells nothing about where the texts differ.
bool same(const std::string& a, const std::string& b) {
    return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string value_or_empty(const std::string* found) {
    return found != nullptr ? *found : std::string();
}

oss_error denied(std::string message) {
    return oss_error("AccessDenied", std::move(message));
}

/// What a request claims: who, and the proof.
struct claim {
    std::string key_id;
    std::string signature;
    std::string token;
};

outcome<const account*> find_account(const claim& c, const std::vector<account>& accounts,
                                     std::chrono::sys_seconds now) {
    const auto of_key = [&](const account& a) { return a.keys.key_id == c.key_id; };
    const auto found = std::ranges::find_if(accounts, of_key);
    if (found == accounts.end())
        return oss_error("InvalidAccessKeyId").with("OSSAccessKeyId", c.key_id);
    // Temporary keys do not exist without their token.
    if (c.token.empty() && !found->keys.session_token.empty())
        return oss_error("InvalidAccessKeyId").with("OSSAccessKeyId", c.key_id);
    if (!same(c.token, found->keys.session_token))
        return oss_error("InvalidSecurityToken");
    if (found->expires && now >= *found->expires)
        return oss_error("SecurityTokenExpired");
    return &*found;
}

outcome<> check_clock(std::chrono::sys_seconds signed_at, std::chrono::sys_seconds now) {
    const auto distance = signed_at > now ? signed_at - now : now - signed_at;
    if (distance <= allowed_skew)
        return {};
    return oss_error("RequestTimeTooSkewed")
        .with("MaxAllowedSkewMilliseconds", "900000")
        .with("RequestTime", xml_time(signed_at))
        .with("ServerTime", xml_time(now));
}

oss_error mismatch(const claim& c, const std::string& text) {
    return oss_error("SignatureDoesNotMatch")
        .with("OSSAccessKeyId", c.key_id)
        .with("SignatureProvided", c.signature)
        .with("StringToSign", text);
}

outcome<identity> check_v1(const http::request& r, const claim& c, const std::string& date,
                           const account& who) {
    const auto text = oss::string_to_sign_v1(r, date);
    if (!same(http::base64(http::hmac_sha1(who.keys.secret, text)), c.signature))
        return mismatch(c, text);
    return identity{c.key_id};
}

outcome<identity> v1_header(const http::request& r, const std::string& authorization,
                            const std::vector<account>& accounts, std::chrono::sys_seconds now) {
    const auto colon = authorization.rfind(':');
    if (colon == authorization.npos)
        return invalid_argument("Authorization header is invalid.", "Authorization", authorization);
    claim c;
    c.key_id = trim(authorization.substr(4, colon - 4));
    c.signature = trim(authorization.substr(colon + 1));
    c.token = value_or_empty(r.find("x-oss-security-token"));
    const auto who = find_account(c, accounts, now);
    if (!who)
        return who.error();
    const auto* date = r.find("x-oss-date");
    if (date == nullptr)
        date = r.find("date");
    const auto signed_at = date != nullptr ? parse_date(*date) : std::nullopt;
    if (!signed_at)
        return denied("OSS authentication requires a valid Date.");
    if (const auto fits = check_clock(*signed_at, now); !fits)
        return fits.error();
    return check_v1(r, c, *date, **who);
}

outcome<identity> v1_link(const http::request& r, const std::vector<account>& accounts,
                          std::chrono::sys_seconds now) {
    const auto* const key_id = find_parameter(r, "OSSAccessKeyId");
    const auto* const expires = find_parameter(r, "Expires");
    const auto* const signature = find_parameter(r, "Signature");
    if (key_id == nullptr || expires == nullptr || signature == nullptr)
        return denied("Query-string authentication requires the Signature, Expires and "
                      "OSSAccessKeyId parameters");
    claim c;
    c.key_id = *key_id;
    c.signature = *signature;
    c.token = value_or_empty(find_parameter(r, "security-token"));
    const auto who = find_account(c, accounts, now);
    if (!who)
        return who.error();
    const auto seconds = parse_number(*expires);
    if (!seconds || *seconds > INT64_MAX)
        return denied("Invalid date (should be seconds since epoch): " + *expires);
    const std::chrono::sys_seconds until(std::chrono::seconds(static_cast<long>(*seconds)));
    if (now > until)
        return denied("Request has expired.")
            .with("Expires", *expires)
            .with("ServerTime", xml_time(now));
    return check_v1(r, c, *expires, **who);
}

/// "id/20261121/cn-hangzhou/oss/aliyun_v4_request", taken apart.
struct scope {
    std::string key_id, date, region, product, terminator;
};

std::optional<scope> parse_scope(std::string_view text) {
    scope s;
    for (auto* const field : {&s.terminator, &s.product, &s.region, &s.date}) {
        const auto slash = text.rfind('/');
        if (slash == text.npos)
            return std::nullopt;
        *field = text.substr(slash + 1);
        text = text.substr(0, slash);
    }
    s.key_id = text;
    return s;
}

outcome<> check_scope(const scope& s, const std::string& time, const std::string& region) {
    if (s.terminator != v4_dialect.terminator || s.product != "oss")
        return invalid_argument("Invalid signing scope.", "Credential",
                                s.product + '/' + s.terminator);
    if (s.region != region)
        return invalid_argument("Invalid signing region in Authorization header.", "Region",
                                s.region);
    if (s.date != time.substr(0, 8))
        return invalid_argument("Invalid signing date in Authorization header.", "Date", s.date);
    return {};
}

std::vector<std::string> names_in(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto end = list.find(';');
        names.push_back(lower_case(trim(list.substr(0, end))));
        list.remove_prefix(end == list.npos ? list.size() : end + 1);
    }
    return names;
}

outcome<identity> check_v4(const http::request& r, const claim& c, const std::string& time,
                           const scope& s, const std::vector<std::string>& additional,
                           const account& who) {
    // SECURITY: what is listed as signed must be there, or it could be added on the way.
    for (const auto& name : additional)
        if (r.find(name) == nullptr)
            return invalid_argument("A header that is said to be signed is missing.",
                                    "AdditionalHeaders", name);
    const auto canonical = oss::canonical_request(r, additional);
    if (!same(http::v4_signature(v4_dialect, who.keys.secret, time, s.region, s.product, canonical),
              c.signature))
        return mismatch(c, std::string(v4_algorithm) + '\n' + time + '\n' +
                               http::v4_scope(v4_dialect, time, s.region, s.product) + '\n' +
                               http::sha256_hex(canonical))
            .with("CanonicalRequest", canonical);
    return identity{c.key_id};
}

/// What stands in an Authorization header of version 4.
struct v4_fields {
    std::string credential, additional, signature;
    bool has_additional = false;
};

std::optional<v4_fields> parse_v4_fields(std::string_view text) {
    v4_fields fields;
    text = trim(text.substr(v4_algorithm.size()));
    while (!text.empty()) {
        const auto end = text.find(',');
        const auto field = trim(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        const auto equals = field.find('=');
        const auto name = field.substr(0, equals);
        const auto value = equals == field.npos ? field : field.substr(equals + 1);
        if (equals == field.npos)
            return std::nullopt;
        if (name == "Credential") {
            fields.credential = value;
        } else if (name == "Signature") {
            fields.signature = value;
        } else if (name == "AdditionalHeaders") {
            fields.additional = value;
            fields.has_additional = true;
        } else {
            return std::nullopt;
        }
    }
    return fields;
}

outcome<identity> v4_header(const http::request& r, const std::string& authorization,
                            const std::vector<account>& accounts, const std::string& region,
                            std::chrono::sys_seconds now) {
    const auto fields = parse_v4_fields(authorization);
    const auto s = fields ? parse_scope(fields->credential) : std::nullopt;
    if (!s || fields->signature.empty() || (fields->has_additional && fields->additional.empty()))
        return invalid_argument("Authorization header is invalid.", "Authorization", authorization);
    claim c;
    c.key_id = s->key_id;
    c.signature = fields->signature;
    c.token = value_or_empty(r.find("x-oss-security-token"));
    const auto who = find_account(c, accounts, now);
    if (!who)
        return who.error();

    const auto payload = value_or_empty(r.find("x-oss-content-sha256"));
    if (payload != "UNSIGNED-PAYLOAD")
        return invalid_argument("Invalid x-oss-content-sha256.", "x-oss-content-sha256", payload);
    // Without x-oss-date the header Date has the time, in either form.
    std::string time = value_or_empty(r.find("x-oss-date"));
    if (time.empty())
        time = value_or_empty(r.find("date"));
    auto signed_at = parse_iso_time(time);
    if (!signed_at && (signed_at = parse_date(time)))
        time = http::iso_time(*signed_at);
    if (!signed_at)
        return denied("OSS authentication requires a valid Date.");
    if (const auto fits = check_clock(*signed_at, now); !fits)
        return fits.error();
    if (const auto fits = check_scope(*s, time, region); !fits)
        return fits.error();
    return check_v4(r, c, time, *s, names_in(fields->additional), **who);
}

outcome<identity> v4_link(const http::request& r, const std::vector<account>& accounts,
                          const std::string& region, std::chrono::sys_seconds now) {
    const auto parameter = [&](const char* name) {
        return value_or_empty(find_parameter(r, name));
    };
    if (parameter("x-oss-signature-version") != v4_algorithm)
        return invalid_argument("Invalid signature version.", "x-oss-signature-version",
                                parameter("x-oss-signature-version"));
    const auto s = parse_scope(parameter("x-oss-credential"));
    if (!s)
        return invalid_argument("Invalid credential.", "x-oss-credential",
                                parameter("x-oss-credential"));
    claim c;
    c.key_id = s->key_id;
    c.signature = parameter("x-oss-signature");
    c.token = parameter("x-oss-security-token");
    const auto who = find_account(c, accounts, now);
    if (!who)
        return who.error();

    const auto time = parameter("x-oss-date");
    const auto signed_at = parse_iso_time(time);
    const auto lifetime = parse_number(parameter("x-oss-expires"));
    if (!signed_at)
        return invalid_argument("Invalid date.", "x-oss-date", time);
    if (!lifetime || *lifetime < 1 || *lifetime > static_cast<unsigned long>(longest_link.count()))
        return invalid_argument("Invalid lifetime.", "x-oss-expires", parameter("x-oss-expires"));
    if (*signed_at > now + allowed_skew)
        return denied("Request is not valid yet.").with("ServerTime", xml_time(now));
    if (now > *signed_at + std::chrono::seconds(*lifetime))
        return denied("Request has expired.")
            .with("Expires", xml_time(*signed_at + std::chrono::seconds(*lifetime)))
            .with("ServerTime", xml_time(now));
    if (const auto fits = check_scope(*s, time, region); !fits)
        return fits.error();

    auto unsigned_request = r;
    std::erase_if(unsigned_request.query,
                  [](const http::parameter& p) { return p.name == "x-oss-signature"; });
    return check_v4(unsigned_request, c, time, *s, names_in(parameter("x-oss-additional-headers")),
                    **who);
}

} // namespace

outcome<identity> authorize(const http::request& r, const std::vector<account>& accounts,
                            const std::string& region, std::chrono::sys_seconds now) {
    const auto* const header = r.find("authorization");
    const bool old_link =
        find_parameter(r, "OSSAccessKeyId") != nullptr || find_parameter(r, "Signature") != nullptr;
    const bool new_link = find_parameter(r, "x-oss-signature") != nullptr ||
                          find_parameter(r, "x-oss-credential") != nullptr;
    if ((header != nullptr) + old_link + new_link > 1)
        return oss_error("InvalidRequest", "Only one kind of authentication is allowed.");
    if (old_link)
        return v1_link(r, accounts, now);
    if (new_link)
        return v4_link(r, accounts, region, now);
    if (header == nullptr)
        return identity();
    if (header->starts_with("OSS "))
        return v1_header(r, *header, accounts, now);
    if (header->starts_with(v4_algorithm))
        return v4_header(r, *header, accounts, region, now);
    return invalid_argument("Authorization header is invalid.", "Authorization", *header);
}

} // namespace objftpd::oss_server
