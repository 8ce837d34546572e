#include "config/hex.hpp"
#include "tests/oss_server/conditions.hpp"
#include "tests/oss_server/copy_source.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"
#include "tests/oss_server/uploading.hpp"

namespace objftpd::oss_server {

outcome<copy_source> find_copy_source(const service& s, const call& c) {
    const auto text = c.header_text("x-oss-copy-source");
    const auto path = config::percent_decode(text, config::plus_sign::kept);
    const auto slash = path ? path->find('/', 1) : std::string::npos;
    if (!path || !path->starts_with('/') || slash == path->npos || slash + 1 == path->size() ||
        text.find('?') != text.npos)
        return invalid_argument("Copy Source must mention the source bucket and key: "
                                "/sourcebucket/sourcekey.",
                                "x-oss-copy-source", text);
    copy_source from;
    from.bucket = path->substr(1, slash - 1);
    const auto key = path->substr(slash + 1);
    if (!s.records.find_bucket(from.bucket))
        return oss_error("NoSuchBucket").with("BucketName", from.bucket);
    from.object = s.records.find(from.bucket, key);
    if (!from.object)
        return oss_error("NoSuchKey").with("Key", key);
    switch (check_conditions(c.request, "x-oss-copy-source-", from.object->etag,
                             from.object->modified)) {
    case condition_result::holds:
        break;
    case condition_result::not_modified:
        return oss_error("NotModified");
    case condition_result::failed:
        return oss_error("PreconditionFailed");
    }
    if (is_archived(*from.object, c.now))
        return oss_error("InvalidObjectState").with("ObjectName", key);
    return from;
}

answer copy_answer(const char* root, const std::string& etag, std::chrono::sys_seconds modified) {
    xml_document document(root);
    add(document.root, "ETag", quoted(etag));
    add(document.root, "LastModified", xml_time(modified));
    return answer(document);
}

namespace {

enum class directive { copy, replace };

// COPY and REPLACE for metadata, Copy and Replace for tags.
outcome<directive> parse_directive(const call& c, const char* name) {
    const auto text = lower_case(c.header_text(name));
    if (text.empty() || text == "copy")
        return directive::copy;
    if (text == "replace")
        return directive::replace;
    return invalid_argument("The directive is not valid.", name, c.header_text(name));
}

// What the copy is given: of its own, or of the source. ACL and class never come along.
outcome<properties> properties_of_copy(const service& s, const call& c, const copy_source& from) {
    const auto bucket = s.records.find_bucket(c.bucket());
    const auto metadata = parse_directive(c, "x-oss-metadata-directive");
    const auto tagging = parse_directive(c, "x-oss-tagging-directive");
    if (!bucket)
        return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    if (!metadata)
        return metadata.error();
    if (!tagging)
        return tagging.error();
    auto given = properties_of(c, *bucket, s.settings.most);
    if (!given)
        return given.error();
    if (*metadata == directive::copy) {
        given->content = from.object->given.content;
        given->user = from.object->given.user;
    }
    if (*tagging == directive::copy)
        given->tags = from.object->given.tags;
    return given;
}

// The bytes of the copy. Onto itself there is nothing to be copied; a link is copied as a link.
awaitable<outcome<>> fill(service& s, object_record& target, const copy_source& from,
                          bool onto_itself) {
    const auto& source = *from.object;
    if (onto_itself || source.type == object_type::symlink) {
        target.type = source.type;
        target.size = source.size;
        target.etag = source.etag;
        target.crc64 = source.crc64;
        target.md5 = source.md5;
        target.pieces = source.pieces;
        target.target = source.target;
        co_return outcome<>();
    }
    auto copied = co_await copy_content(s, source.pieces, 0, source.size);
    if (!copied)
        co_return copied.error();
    target.size = source.size;
    target.etag = upper_case(copied->md5);
    target.md5 = content_md5(copied->md5);
    target.crc64 = copied->crc64;
    target.pieces.push_back(std::move(copied->content));
    co_return outcome<>();
}

} // namespace

awaitable<reply> operations::copy_object(service& s, call& c) {
    auto from = find_copy_source(s, c);
    if (!from)
        co_return from.error();
    if (from->bucket != c.bucket() && from->object->size > s.settings.most.cross_bucket_copy)
        co_return oss_error("EntityTooLarge");
    auto given = properties_of_copy(s, c, *from);
    if (!given)
        co_return given.error();
    if (const auto may = check_overwrite(c, s.records.find(c.bucket(), c.key())); !may)
        co_return may.error();

    const auto object = std::make_shared<object_record>();
    object->key = c.key();
    object->given = std::move(*given);
    const bool onto_itself = from->bucket == c.bucket() && from->object->key == c.key();
    const auto filled = co_await fill(s, *object, *from, onto_itself);
    if (!filled)
        co_return filled.error();
    object->modified = s.now();

    const auto held = co_await s.records.lock(c.bucket(), c.key());
    const auto existing = s.records.find(c.bucket(), c.key());
    if (const auto may = check_overwrite(c, existing); !may)
        co_return may.error();
    // Metadata that is changed must not bring back bytes that were replaced meanwhile.
    if (onto_itself && existing != from->object)
        co_return oss_error("PreconditionFailed");
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    auto a = copy_answer("CopyObjectResult", object->etag, object->modified);
    describe_written(a, *object);
    co_return std::move(a);
}

} // namespace objftpd::oss_server
