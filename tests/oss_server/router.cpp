#include "tests/oss_server/router.hpp"

#include "tests/oss_server/operations.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace objftpd::oss_server {
namespace {

enum class subject { service, bucket, object };
enum class right { read, write, owner };

using handler = awaitable<reply> (*)(service&, call&);

struct route {
    std::string_view method;
    subject about;
    std::string_view subresource; // empty: the thing itself
    right needed;
    handler run;
};

using namespace operations;

constexpr auto routes = std::to_array<route>({
    {"GET", subject::service, "", right::owner, list_buckets},

    {"PUT", subject::bucket, "", right::owner, put_bucket},
    {"DELETE", subject::bucket, "", right::owner, delete_bucket},
    {"GET", subject::bucket, "", right::read, list_objects},
    {"GET", subject::bucket, "bucketInfo", right::owner, get_bucket_info},
    {"GET", subject::bucket, "stat", right::owner, get_bucket_stat},
    {"GET", subject::bucket, "location", right::owner, get_bucket_location},
    {"GET", subject::bucket, "acl", right::owner, get_bucket_acl},
    {"PUT", subject::bucket, "acl", right::owner, put_bucket_acl},
    {"GET", subject::bucket, "uploads", right::owner, list_uploads},
    {"POST", subject::bucket, "delete", right::write, delete_objects},

    {"PUT", subject::object, "", right::write, put_object},
    {"GET", subject::object, "", right::read, get_object},
    {"HEAD", subject::object, "", right::read, head_object},
    {"DELETE", subject::object, "", right::write, delete_object},
    {"HEAD", subject::object, "objectMeta", right::read, get_object_meta},
    {"POST", subject::object, "append", right::write, append_object},
    {"POST", subject::object, "uploads", right::write, initiate_upload},
    {"PUT", subject::object, "uploadId", right::write, upload_part},
    {"POST", subject::object, "uploadId", right::write, complete_upload},
    {"DELETE", subject::object, "uploadId", right::write, abort_upload},
    {"GET", subject::object, "uploadId", right::owner, list_parts},
    {"GET", subject::object, "acl", right::owner, get_object_acl},
    {"PUT", subject::object, "acl", right::owner, put_object_acl},
    {"GET", subject::object, "tagging", right::owner, get_tagging},
    {"PUT", subject::object, "tagging", right::owner, put_tagging},
    {"DELETE", subject::object, "tagging", right::owner, delete_tagging},
    {"PUT", subject::object, "symlink", right::write, put_symlink},
    {"GET", subject::object, "symlink", right::read, get_symlink},
    {"POST", subject::object, "restore", right::owner, restore_object},
    {"POST", subject::object, "x-oss-dir", right::owner, create_directory},
    {"POST", subject::object, "x-oss-rename", right::owner, rename_object},
});

// What OSS has and this server has not. A request for one must not be taken for another.
constexpr auto unsupported = std::to_array<std::string_view>({
    "accessPoint",
    "asyncFetch",
    "callback",
    "comp",
    "cors",
    "encryption",
    "inventory",
    "lifecycle",
    "live",
    "logging",
    "metaQuery",
    "policy",
    "policyStatus",
    "qosInfo",
    "referer",
    "replication",
    "requestPayment",
    "resourceGroup",
    "seal",
    "transferAcceleration",
    "versionId",
    "versioning",
    "versions",
    "vod",
    "website",
    "worm",
    "x-oss-async-process",
    "x-oss-delete",
    "x-oss-process",
});

subject subject_of(const http::request& r) {
    if (r.bucket.empty())
        return subject::service;
    return r.key.empty() ? subject::bucket : subject::object;
}

outcome<const route*> find_route(const http::request& r) {
    for (const auto& p : r.query)
        if (std::ranges::find(unsupported, p.name) != unsupported.end())
            return oss_error("NotImplemented").with("Resource", p.name);
    const auto about = subject_of(r);
    std::string_view subresource;
    for (const auto& known : routes)
        if (known.about == about && !known.subresource.empty() &&
            find_parameter(r, known.subresource) != nullptr) {
            // SECURITY: two of them would leave it open what was asked for.
            if (!subresource.empty() && subresource != known.subresource)
                return oss_error("InvalidArgument", "There is more than one subresource.");
            subresource = known.subresource;
        }
    for (const auto& known : routes)
        if (known.about == about && known.subresource == subresource && known.method == r.method)
            return &known;
    return oss_error("MethodNotAllowed").with("Method", r.method);
}

handler handler_of(const route& found, const http::request& r) {
    const bool copies = r.find("x-oss-copy-source") != nullptr;
    if (copies && found.run == put_object)
        return copy_object;
    if (copies && found.run == upload_part)
        return copy_part;
    return found.run;
}

// Nobody signed: an object's own ACL counts, else the bucket's.
outcome<> check_anonymous(service& s, const call& c, const bucket_record& bucket, right needed) {
    auto acl = bucket.acl;
    if (const auto object = s.records.find(c.bucket(), c.key());
        object && object->given.acl != "default")
        acl = object->given.acl;
    const bool allowed = needed == right::read
                             ? acl == "public-read" || acl == "public-read-write"
                             : needed == right::write && acl == "public-read-write";
    if (!allowed)
        return oss_error("AccessDenied").with("BucketName", bucket.name);
    for (const auto& p : c.request.query)
        if (p.name.starts_with("response-"))
            return oss_error("InvalidRequest", "Anonymous access is forbidden for this operation.");
    return {};
}

} // namespace

awaitable<reply> answer_request(service& s, call& c) {
    const auto accounts = s.accounts();
    const auto who = authorize(c.request, *accounts, s.settings.region, c.now);
    if (!who)
        co_return who.error();
    c.who = *who;

    const auto found = find_route(c.request);
    if (!found)
        co_return found.error();
    const auto run = handler_of(**found, c.request);
    if ((*found)->about == subject::service) {
        if (c.who.is_anonymous())
            co_return oss_error("AccessDenied", "Anonymous access is forbidden.");
        co_return co_await run(s, c);
    }

    if (!is_bucket_name(c.bucket()))
        co_return oss_error("InvalidBucketName").with("BucketName", c.bucket());
    const auto bucket = s.records.find_bucket(c.bucket());
    if (!bucket && run != put_bucket)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    if ((*found)->about == subject::object)
        if (const auto fits = check_key(c.key(), s.settings.most); !fits)
            co_return fits.error();
    if (c.who.is_anonymous()) {
        if (!bucket)
            co_return oss_error("AccessDenied", "Anonymous access is forbidden.");
        if (const auto may = check_anonymous(s, c, *bucket, (*found)->needed); !may)
            co_return may.error();
    }
    co_return co_await run(s, c);
}

} // namespace objftpd::oss_server
