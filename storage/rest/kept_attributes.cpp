#include "storage/rest/kept_attributes.hpp"

#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/refused_action.hpp"

namespace objftpd::storage::rest {
namespace {

// The canned ACL that is nearest to the one told, and never more than it; empty: what an object has
// that is given none.
std::string canned_acl(const std::string& told) {
    if (told.find(" to ") == told.npos) // OSS tells it; "default" is the bucket's
        return told == "default" ? std::string() : told;
    const auto grants = [&](std::string_view grant) { return told.find(grant) != told.npos; };
    if (grants("READ to AllUsers"))
        return grants("WRITE to AllUsers") ? "public-read-write" : "public-read";
    // S3 refuses any word of ACLs, "private" too, where a bucket does without them.
    return grants("READ to AuthenticatedUsers") ? "authenticated-read" : "";
}

} // namespace

acl_of acl_of_copies(const bucket_access& bucket) {
    return bucket.settings.keep_acls ? acl_of::object : acl_of::mount;
}

awaitable<result<object_attributes>> attributes_of(std::shared_ptr<const bucket_access> bucket,
                                                   std::string key, object_head head, acl_of acl) {
    object_attributes all(bucket->settings.attributes);
    all.metadata.clear();
    all.tags.clear();
    all.content_type = head.content_type;
    all.kept = head.kept;
    all.storage_class = head.storage_class;
    if (!head.encryption.empty()) {
        all.encryption = head.encryption;
        all.encryption_key = head.encryption_key;
    }
    if (acl == acl_of::mount)
        co_return all;
    const auto told = co_await bucket->client.acl(std::move(key));
    // Who may not ask has not set it otherwise than the mount says.
    const bool is_untold = !told && (is_refusal(told.error()) || told.error() == errc::unsupported);
    if (!told && !is_untold)
        co_return told.error();
    if (told)
        all.acl = canned_acl(*told);
    co_return all;
}

awaitable<result<std::vector<named_value>>> tags_of(std::shared_ptr<const bucket_access> bucket,
                                                    std::string key, object_head head) {
    if (!head.tagged)
        co_return std::vector<named_value>();
    co_return co_await bucket->client.tags(std::move(key));
}

std::string as_header(const std::vector<named_value>& tags) {
    std::string all;
    for (const auto& tag : tags) {
        all += all.empty() ? "" : "&";
        all += http::percent_encode(tag.name) + '=' + http::percent_encode(tag.value);
    }
    return all;
}

awaitable<result<>> keep_tags(std::shared_ptr<const bucket_access> bucket, std::string key,
                              std::vector<named_value> tags) {
    if (tags.empty())
        co_return result<>();
    const auto head = co_await bucket->client.head(key, stage::under_way);
    if (!head)
        co_return head.error();
    if (head->tagged)
        co_return result<>();
    co_return co_await bucket->client.set_tags(std::move(key), std::move(tags));
}

} // namespace objftpd::storage::rest
