#include "storage/error.hpp"
#include "storage/rest/object_upload.hpp"
#include "storage/s3/s3_dialect.hpp"
#include "tests/support/event_loop.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace objftpd;
using namespace objftpd::tests;
using namespace objftpd::storage;

namespace {

/// Answers each call as if there were what it asks for, and keeps the headers of those that make
/// something. An object is there once it is made of parts, without the tags that it was to have,
/// and nobody may set them.
class obliging_transport final : public rest::transport {
public:
    awaitable<rest::answer> send(const rest::call& c) override {
        rest::answer a;
        a.status = 200;
        switch (c.what) {
        case rest::operation::get_tags:
            a.text = "<Tagging><TagSet><Tag><Key>team</Key><Value>a &amp; b</Value></Tag>"
                     "<Tag><Key>year</Key><Value>2026</Value></Tag></TagSet></Tagging>";
            break;
        case rest::operation::get_acl:
            a.text = "<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>"
                     "http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
                     "<Permission>READ</Permission></Grant></AccessControlList>"
                     "</AccessControlPolicy>";
            break;
        case rest::operation::create_upload:
            begun_with = c.headers;
            a.text = "<InitiateMultipartUploadResult><UploadId>1</UploadId>"
                     "</InitiateMultipartUploadResult>";
            break;
        case rest::operation::copy_part:
            a.text = "<CopyPartResult><ETag>\"part\"</ETag></CopyPartResult>";
            break;
        case rest::operation::complete_upload:
            is_made = true;
            a.text = "<CompleteMultipartUploadResult><ETag>\"made\"</ETag>"
                     "</CompleteMultipartUploadResult>";
            break;
        case rest::operation::head_object:
            if (!is_made)
                a.failed = errc::not_found;
            a.headers.emplace_back("content-length", std::to_string(20 << 20));
            a.headers.emplace_back("etag", etag_of_object);
            break;
        case rest::operation::put_tags:
            a.failed = errc::permission_denied;
            break;
        default:
            break;
        }
        ++asked[c.what];
        co_return a;
    }

    std::string header(const std::string& name) const {
        const auto* const value = http::find(begun_with, name);
        return value == nullptr ? std::string() : *value;
    }

    bool is_made = false;
    std::string etag_of_object = "\"made\"";
    std::vector<http::header> begun_with;
    std::map<rest::operation, int> asked;
};

rest::object_head rich_object() {
    rest::object_head head;
    head.etag = "version";
    head.size = 20 << 20;
    head.content_type = "text/html";
    head.storage_class = "STANDARD_IA";
    head.encryption = "aws:kms";
    head.encryption_key = "key-of-its-own";
    head.tagged = true;
    head.kept.emplace_back("x-amz-meta-colour", "blue");
    head.kept.emplace_back("x-amz-meta-mtime", "1");
    return head;
}

} // namespace

TEST_CASE("what is made in parts of an object begins with all that the object has") {
    const bool keep_acls = GENERATE(false, true);
    const bool appends = GENERATE(false, true);
    event_loop loop;
    loop.leave_background();
    const auto store = std::make_shared<obliging_transport>();
    rest::bucket_settings settings;
    settings.keep_acls = keep_acls;
    settings.attributes.acl = "authenticated-read";
    settings.attributes.storage_class = "GLACIER";
    settings.attributes.tags = "of=the&mount=x";
    settings.attributes.metadata.emplace_back("of", "the mount");
    rest::bucket_client client("bucket", store, std::make_shared<s3::s3_dialect>());
    const auto access = std::make_shared<const rest::bucket_access>(
        std::move(client), settings, std::make_shared<memory_budget>(8 << 20));
    const auto source = rich_object();
    rest::object_upload upload(access, upload_request("key", overwrite::allowed),
                               loop.context().get_executor());
    const auto begun = appends ? loop.run(upload.keep(source, source.size))
                               : loop.run(upload.copy("source", source));
    REQUIRE(begun);
    CHECK(store->header("content-type") == "text/html");
    CHECK(store->header("x-amz-storage-class") == "STANDARD_IA");
    CHECK(store->header("x-amz-server-side-encryption") == "aws:kms");
    CHECK(store->header("x-amz-server-side-encryption-aws-kms-key-id") == "key-of-its-own");
    CHECK(store->header("x-amz-tagging") == "team=a%20%26%20b&year=2026");
    CHECK(store->header("x-amz-meta-colour") == "blue");
    CHECK(store->header("x-amz-meta-of").empty());
    CHECK(store->header("x-amz-meta-mtime") == (appends ? "" : "1")); // its content changes
    CHECK(store->header("x-amz-acl") == (keep_acls ? "public-read" : "authenticated-read"));
    CHECK(store->asked[rest::operation::get_acl] == (keep_acls ? 1 : 0));
    loop.run(upload.abort());
}

TEST_CASE("a copy that loses its tags is no copy, and in nobody's way") {
    struct row {
        overwrite existing;
        const char* there; // when it is looked at again
        int removals;
    };
    const auto [existing, there, removals] =
        GENERATE(values<row>({{overwrite::refused, "\"made\"", 1},
                              {overwrite::refused, "\"somebody else's\"", 0},
                              {overwrite::allowed, "\"made\"", 0}}));
    event_loop loop;
    loop.leave_background();
    const auto store = std::make_shared<obliging_transport>();
    store->etag_of_object = there;
    rest::bucket_client client("bucket", store, std::make_shared<s3::s3_dialect>());
    const auto access = std::make_shared<const rest::bucket_access>(
        std::move(client), rest::bucket_settings(), std::make_shared<memory_budget>(8 << 20));
    rest::object_upload upload(access, upload_request("key", existing),
                               loop.context().get_executor());
    REQUIRE(loop.run(upload.copy("source", rich_object())));
    const auto made = loop.run(upload.commit({}));
    CHECK(made.error() == errc::permission_denied);
    CHECK(store->asked[rest::operation::delete_object] == removals);
}
