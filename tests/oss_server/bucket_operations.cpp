#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"
#include "tests/oss_server/uploading.hpp"

namespace objftpd::oss_server {
namespace {

constexpr const char* owner_id = "1000000000000001";

void add_owner(pugi::xml_node& parent) {
    auto owner = parent.append_child("Owner");
    add(owner, "ID", owner_id);
    add(owner, "DisplayName", owner_id);
}

void describe_place(pugi::xml_node& bucket, const bucket_record& b, const std::string& region) {
    add(bucket, "CreationDate", xml_time(b.created));
    add(bucket, "ExtranetEndpoint", "oss-" + region + ".aliyuncs.com");
    add(bucket, "IntranetEndpoint", "oss-" + region + "-internal.aliyuncs.com");
    add(bucket, "Location", "oss-" + region);
    add(bucket, "Name", b.name);
    add(bucket, "Region", region);
    add(bucket, "StorageClass", b.storage_class);
}

outcome<unsigned> parse_max_keys(const call& c, const limits& most) {
    const auto* const text = c.parameter("max-keys");
    if (text == nullptr || text->empty())
        return most.default_page;
    const auto n = parse_number(*text);
    if (!n || *n < 1 || *n > most.page)
        return invalid_argument("Argument max-keys must be an integer between 1 and 1000.",
                                "max-keys", *text);
    return static_cast<unsigned>(*n);
}

} // namespace

awaitable<reply> operations::list_buckets(service& s, call& c) {
    const auto prefix = c.parameter_text("prefix");
    const auto marker = c.parameter_text("marker");
    const auto max = parse_max_keys(c, s.settings.most);
    if (!max)
        co_return max.error();
    xml_document document("ListAllMyBucketsResult");
    auto& root = document.root;
    const auto all = s.records.buckets();
    std::vector<const bucket_record*> page;
    bool truncated = false;
    for (const auto& b : all) {
        if (!b.name.starts_with(prefix) || b.name <= marker)
            continue;
        if ((truncated = page.size() == *max))
            break;
        page.push_back(&b);
    }
    add_owner(root);
    if (c.parameter("prefix") != nullptr || c.parameter("marker") != nullptr ||
        c.parameter("max-keys") != nullptr || truncated) {
        add(root, "Prefix", prefix);
        add(root, "Marker", marker);
        add(root, "MaxKeys", *max);
        add(root, "IsTruncated", truncated ? "true" : "false");
        if (truncated)
            add(root, "NextMarker", page.back()->name);
    }
    auto list = root.append_child("Buckets");
    for (const auto* const b : page) {
        auto bucket = list.append_child("Bucket");
        describe_place(bucket, *b, s.settings.region);
    }
    co_return answer(document);
}

awaitable<reply> operations::put_bucket(service& s, call& c) {
    bucket_record b;
    b.name = c.bucket();
    b.created = c.now;
    if (const auto* const acl = c.header("x-oss-acl"))
        b.acl = *acl;
    if (!is_bucket_acl(b.acl))
        co_return invalid_argument("no such bucket access control exists", "x-oss-acl", b.acl);
    const auto status = c.header_text("x-oss-hns-status");
    b.hierarchical = status == "enabled";
    if (!b.hierarchical && !status.empty() && status != "disabled")
        co_return invalid_argument("The status is not valid.", "x-oss-hns-status", status);
    const auto text = co_await receive_text(c, s.settings.most.document);
    if (!text)
        co_return text.error();
    if (!text->empty()) {
        const auto document = parsed_xml::parse(*text, "CreateBucketConfiguration");
        if (!document)
            co_return oss_error("MalformedXML");
        if (const auto name = child_text(document->root(), "StorageClass"))
            b.storage_class = *name;
        if (!is_storage_class(b.storage_class))
            co_return oss_error("MalformedXML");
    }
    const auto made = co_await s.records.create_bucket(b);
    if (!made)
        co_return made.error();
    answer a;
    a.set("location", '/' + b.name);
    co_return a;
}

awaitable<reply> operations::delete_bucket(service& s, call& c) {
    const auto removed = co_await s.records.remove_bucket(c.bucket());
    if (!removed)
        co_return removed.error();
    co_return answer(204);
}

awaitable<reply> operations::get_bucket_info(service& s, call& c) {
    const auto b = s.records.find_bucket(c.bucket());
    if (!b)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    xml_document document("BucketInfo");
    auto bucket = document.root.append_child("Bucket");
    add(bucket, "AccessMonitor", "Disabled");
    describe_place(bucket, *b, s.settings.region);
    add(bucket, "DataRedundancyType", "LRS");
    if (b->hierarchical)
        add(bucket, "HierarchicalNamespace", "Enabled");
    add(bucket, "TransferAcceleration", "Disabled");
    add_owner(bucket);
    auto acl = bucket.append_child("AccessControlList");
    add(acl, "Grant", b->acl);
    auto rule = bucket.append_child("ServerSideEncryptionRule");
    add(rule, "SSEAlgorithm", "None");
    co_return answer(document);
}

awaitable<reply> operations::get_bucket_stat(service& s, call& c) {
    std::uint64_t bytes = 0, objects = 0, uploads = 0;
    s.records.with_bucket(c.bucket(), [&](const bucket_state& b) {
        objects = b.objects.size();
        uploads = b.uploads.size();
        for (const auto& [key, object] : b.objects)
            bytes += object->size;
    });
    xml_document document("BucketStat");
    add(document.root, "Storage", bytes);
    add(document.root, "ObjectCount", objects);
    add(document.root, "MultipartUploadCount", uploads);
    co_return answer(document);
}

awaitable<reply> operations::get_bucket_location(service& s, call&) {
    xml_document document("LocationConstraint");
    document.root.text().set(("oss-" + s.settings.region).c_str());
    co_return answer(document);
}

awaitable<reply> operations::get_bucket_acl(service& s, call& c) {
    const auto b = s.records.find_bucket(c.bucket());
    if (!b)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    xml_document document("AccessControlPolicy");
    add_owner(document.root);
    auto list = document.root.append_child("AccessControlList");
    add(list, "Grant", b->acl);
    co_return answer(document);
}

awaitable<reply> operations::put_bucket_acl(service& s, call& c) {
    auto b = s.records.find_bucket(c.bucket());
    if (!b)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    b->acl = c.header_text("x-oss-acl");
    if (!is_bucket_acl(b->acl))
        co_return invalid_argument("no such bucket access control exists", "x-oss-acl", b->acl);
    const auto changed = co_await s.records.change_bucket(*b);
    if (!changed)
        co_return changed.error();
    co_return answer();
}

} // namespace objftpd::oss_server
