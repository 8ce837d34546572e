#include "storage/http/encoding.hpp"
#include "tests/oss_server/crc64_combine.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"
#include "tests/oss_server/uploading.hpp"

namespace objftpd::oss_server {
namespace {

outcome<properties> properties_for(const service& s, const call& c) {
    const auto bucket = s.records.find_bucket(c.bucket());
    if (!bucket)
        return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    return properties_of(c, *bucket, s.settings.most);
}

oss_error wrong_position(const call& c, std::uint64_t length) {
    return oss_error("PositionNotEqualToLength")
        .with("Key", c.key())
        .with_header("x-oss-next-append-position", std::to_string(length));
}

// Whether an append may go on with this object at this position; null begins a new one.
outcome<> check_append(const call& c, const object_ptr& existing, std::uint64_t position) {
    if (existing && existing->type != object_type::appendable)
        return oss_error("ObjectNotAppendable").with("Key", c.key());
    const auto length = existing ? existing->size : 0;
    if (position != length)
        return wrong_position(c, length);
    return {};
}

/// A document of DeleteMultipleObjects.
struct deletion {
    bool quiet = false;
    std::vector<std::string> keys;
};

outcome<deletion> parse_deletion(const std::string& text, const limits& most) {
    const auto document = parsed_xml::parse(text, "Delete");
    if (!document)
        return oss_error("MalformedXML");
    deletion d;
    d.quiet = child_text(document->root(), "Quiet").value_or("") == "true";
    for (const auto& object : document->root().children("Object")) {
        auto key = child_text(object, "Key");
        if (!key || key->empty())
            return oss_error("MalformedXML");
        d.keys.push_back(std::move(*key));
    }
    if (d.keys.empty() || d.keys.size() > most.page)
        return oss_error("MalformedXML");
    return d;
}

awaitable<outcome<>> remove(service& s, const std::string& bucket, const std::string& key) {
    const auto held = co_await s.records.lock(bucket, key);
    if (!s.records.find(bucket, key))
        co_return outcome<>();
    co_return co_await s.records.remove(bucket, key);
}

} // namespace

awaitable<reply> operations::put_object(service& s, call& c) {
    auto given = properties_for(s, c);
    if (!given)
        co_return given.error();
    const auto most = s.settings.most.object;
    if (const auto fits = check_body(c, most); !fits)
        co_return fits.error();
    if (const auto may = check_overwrite(c, s.records.find(c.bucket(), c.key())); !may)
        co_return may.error();

    auto writer = co_await s.blobs.create();
    if (!writer)
        co_return store_failure(writer.error());
    auto stored = co_await receive(**writer, c, most);
    if (!stored)
        co_return stored.error();

    const auto object = std::make_shared<object_record>();
    object->key = c.key();
    object->size = stored->content.size;
    object->modified = s.now();
    object->md5 = content_md5(stored->md5);
    // With a key of its own for each object the ETag is not the content's MD5.
    object->etag = given->encryption == "KMS" ? unique_name() : upper_case(stored->md5);
    object->crc64 = stored->crc64;
    object->pieces.push_back(std::move(stored->content));
    object->given = std::move(*given);

    const auto held = co_await s.records.lock(c.bucket(), c.key());
    if (const auto may = check_overwrite(c, s.records.find(c.bucket(), c.key())); !may)
        co_return may.error();
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    answer a;
    describe_written(a, *object);
    co_return a;
}

awaitable<reply> operations::append_object(service& s, call& c) {
    const auto position = parse_number(c.parameter_text("position"));
    if (!position)
        co_return invalid_argument("The position is no number.", "position",
                                   c.parameter_text("position"));
    auto given = properties_for(s, c);
    if (!given)
        co_return given.error();
    const auto before = s.records.find(c.bucket(), c.key());
    if (const auto fits = check_append(c, before, *position); !fits)
        co_return fits.error();
    const auto most = s.settings.most.object - std::min(*position, s.settings.most.object);
    if (const auto fits = check_body(c, most); !fits)
        co_return fits.error();

    // The bytes wait beside the object, so that a slow client holds up nobody.
    auto aside = co_await s.blobs.create();
    if (!aside)
        co_return store_failure(aside.error());
    auto stored = co_await receive(**aside, c, most);
    if (!stored)
        co_return stored.error();

    const auto held = co_await s.records.lock(c.bucket(), c.key());
    const auto existing = s.records.find(c.bucket(), c.key());
    if (const auto fits = check_append(c, existing, *position); !fits)
        co_return fits.error();
    const auto object =
        existing ? std::make_shared<object_record>(*existing) : std::make_shared<object_record>();
    if (!existing) {
        object->key = c.key();
        object->type = object_type::appendable;
        object->given = std::move(*given);
        object->crc64 = stored->crc64;
    } else {
        object->crc64 = crc64_combine(*existing->crc64, stored->crc64, stored->content.size);
    }
    object->size += stored->content.size;
    object->modified = s.now();
    object->etag = unique_name();
    if (stored->content.size > 0)
        object->pieces.push_back(std::move(stored->content));
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    answer a;
    describe_written(a, *object);
    a.set("x-oss-next-append-position", std::to_string(object->size));
    co_return a;
}

awaitable<reply> operations::delete_object(service& s, call& c) {
    const auto removed = co_await remove(s, c.bucket(), c.key());
    if (!removed)
        co_return removed.error();
    co_return answer(204);
}

awaitable<reply> operations::delete_objects(service& s, call& c) {
    if (c.header("content-md5") == nullptr)
        co_return oss_error("MissingArgument").with("ArgumentName", "Content-MD5");
    if (const auto fits = check_body(c, s.settings.most.document); !fits)
        co_return fits.error();
    const auto encoding = c.parameter_text("encoding-type");
    if (!encoding.empty() && encoding != "url")
        co_return invalid_argument("Invalid encoding-type.", "encoding-type", encoding);
    const auto text = co_await receive_text(c, s.settings.most.document);
    if (!text)
        co_return text.error();
    const auto wanted = parse_deletion(*text, s.settings.most);
    if (!wanted)
        co_return wanted.error();

    xml_document document("DeleteResult");
    if (!encoding.empty())
        add(document.root, "EncodingType", "url");
    for (const auto& key : wanted->keys) {
        const auto removed = co_await remove(s, c.bucket(), key);
        if (!removed)
            co_return removed.error();
        auto deleted = document.root.append_child("Deleted");
        add(deleted, "Key", encoding.empty() ? key : http::percent_encode(key));
    }
    co_return wanted->quiet ? answer() : answer(document);
}

} // namespace objftpd::oss_server
