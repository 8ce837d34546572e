#include "storage/oss/signature_v1.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"

#include <algorithm>
#include <array>

namespace objftpd::storage::oss {
namespace {

// The parameters that belong to the resource. Not listed is not signed: prefix, marker,
// list-type...
constexpr auto subresources = std::to_array<std::string_view>({
    "accessPoint",
    "accessPointPolicy",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "lifecycle",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectMeta",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "processConfiguration",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "resourceGroup",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "seal",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "vip",
    "vod",
    "vpcip",
    "website",
    "worm",
    "wormExtend",
    "wormId",
});
static_assert(std::ranges::is_sorted(subresources));

bool is_signed(const std::string& name) {
    return name.starts_with("x-oss-") || std::ranges::binary_search(subresources, name);
}

std::string oss_headers(const http::request& r) {
    auto headers = r.headers;
    std::ranges::sort(headers, {}, &http::header::name);
    std::string text;
    for (const auto& h : headers)
        if (h.name.starts_with("x-oss-"))
            text += h.name + ':' + http::trimmed(h.value, http::inner_spaces::kept) + '\n';
    return text;
}

// Raw, not percent-encoded.
std::string resource(const http::request& r) {
    auto text = r.bucket.empty() ? std::string("/") : '/' + r.bucket + '/' + r.key;
    auto parameters = r.query;
    std::ranges::sort(parameters, {}, &http::parameter::name);
    char separator = '?';
    for (const auto& p : parameters) {
        if (!is_signed(p.name))
            continue;
        text += separator + p.name;
        if (p.value && !p.value->empty())
            text += '=' + *p.value;
        separator = '&';
    }
    return text;
}

std::string value_of(const http::request& r, std::string_view name) {
    const auto* const found = r.find(name);
    return found != nullptr ? *found : std::string();
}

} // namespace

std::string string_to_sign_v1(const http::request& r, const std::string& date) {
    return r.method + '\n' + value_of(r, "content-md5") + '\n' + value_of(r, "content-type") +
           '\n' + date + '\n' + oss_headers(r) + resource(r);
}

void sign_v1(http::request& r, const http::credentials& who, std::chrono::sys_seconds now) {
    if (who.is_anonymous())
        return;
    const auto date = http::http_date(now);
    r.set("date", date);
    if (!who.session_token.empty())
        r.set("x-oss-security-token", who.session_token);
    const auto proof = http::base64(http::hmac_sha1(who.secret, string_to_sign_v1(r, date)));
    r.set("authorization", "OSS " + who.key_id + ':' + proof);
}

std::string presign_v1(http::request r, const http::credentials& who,
                       std::chrono::sys_seconds expires) {
    const auto date = std::to_string(expires.time_since_epoch().count());
    if (!who.session_token.empty())
        r.query.emplace_back("security-token", who.session_token);
    const auto proof = http::base64(http::hmac_sha1(who.secret, string_to_sign_v1(r, date)));
    r.query.emplace_back("OSSAccessKeyId", who.key_id);
    r.query.emplace_back("Expires", date);
    r.query.emplace_back("Signature", proof);
    return r.url();
}

} // namespace objftpd::storage::oss
