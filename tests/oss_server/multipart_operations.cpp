#include "storage/http/encoding.hpp"
#include "tests/oss_server/conditions.hpp"
#include "tests/oss_server/copy_source.hpp"
#include "tests/oss_server/crc64_combine.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"
#include "tests/oss_server/uploading.hpp"

namespace objftpd::oss_server {
namespace {

outcome<upload_record> find_upload(const service& s, const call& c) {
    const auto id = c.parameter_text("uploadId");
    auto found = s.records.find_upload(c.bucket(), c.key(), id);
    if (!found)
        return oss_error("NoSuchUpload").with("UploadId", id);
    return std::move(*found);
}

outcome<unsigned> part_number(const call& c, const limits& most) {
    const auto text = c.parameter_text("partNumber");
    const auto n = parse_number(text);
    if (!n || *n < 1 || *n > most.parts)
        return invalid_argument("Part number must be an integer between 1 and 10000.", "partNumber",
                                text);
    return static_cast<unsigned>(*n);
}

part_record make_part(unsigned number, written stored, std::chrono::sys_seconds now) {
    part_record p;
    p.number = number;
    p.size = stored.content.size;
    p.modified = now;
    p.etag = upper_case(stored.md5);
    p.crc64 = stored.crc64;
    p.pieces.push_back(std::move(stored.content));
    return p;
}

/// One <Part> of CompleteMultipartUpload.
struct listed_part {
    unsigned number = 0;
    std::string etag;
};

outcome<std::vector<listed_part>> parse_parts(const std::string& text) {
    const auto document = parsed_xml::parse(text, "CompleteMultipartUpload");
    if (!document)
        return oss_error("MalformedXML");
    std::vector<listed_part> parts;
    for (const auto& node : document->root().children("Part")) {
        const auto number = parse_number(child_text(node, "PartNumber").value_or(""));
        const auto etag = child_text(node, "ETag");
        if (!number || !etag || *number > UINT32_MAX)
            return oss_error("MalformedXML");
        listed_part p;
        p.number = static_cast<unsigned>(*number);
        p.etag = unquote(*etag);
        if (!parts.empty() && parts.back().number >= p.number)
            return oss_error("InvalidPartOrder");
        parts.push_back(std::move(p));
    }
    if (parts.empty())
        return oss_error("MalformedXML");
    return parts;
}

// The parts that become the object: those that the document lists, or all.
outcome<std::vector<const part_record*>> choose_parts(const call& c, const upload_state& upload,
                                                      const std::string& text) {
    std::vector<const part_record*> chosen;
    const auto all = c.header_text("x-oss-complete-all");
    if (!all.empty()) {
        if (all != "yes" || !text.empty())
            return invalid_argument("Complete-all takes no document.", "x-oss-complete-all", all);
        for (const auto& [number, part] : upload.parts)
            chosen.push_back(&part);
        if (chosen.empty())
            return oss_error("InvalidPart").with("UploadId", upload.about.id);
        return chosen;
    }
    const auto listed = parse_parts(text);
    if (!listed)
        return listed.error();
    for (const auto& p : *listed) {
        const auto found = upload.parts.find(p.number);
        if (found == upload.parts.end() || found->second.etag != p.etag)
            return oss_error("InvalidPart")
                .with("UploadId", upload.about.id)
                .with("PartNumber", std::to_string(p.number))
                .with("PartEtag", p.etag);
        chosen.push_back(&found->second);
    }
    return chosen;
}

outcome<> check_sizes(const std::vector<const part_record*>& parts, const limits& most) {
    for (std::size_t i = 0; i + 1 < parts.size(); ++i)
        if (parts[i]->size < most.part)
            return oss_error("EntityTooSmall")
                .with("ProposedSize", std::to_string(parts[i]->size))
                .with("MinSizeAllowed", std::to_string(most.part))
                .with("PartNumber", std::to_string(parts[i]->number))
                .with("ETag", parts[i]->etag);
    return {};
}

object_record join(const upload_state& upload, const std::vector<const part_record*>& parts) {
    object_record o;
    o.key = upload.about.key;
    o.type = object_type::multipart;
    o.given = upload.about.given;
    std::uint64_t crc = 0;
    for (const auto* const p : parts) {
        crc = crc64_combine(crc, p->crc64, p->size);
        o.size += p->size;
        o.pieces.insert(o.pieces.end(), p->pieces.begin(), p->pieces.end());
    }
    o.crc64 = crc;
    o.etag = unique_name() + '-' + std::to_string(parts.size());
    return o;
}

} // namespace

awaitable<reply> operations::initiate_upload(service& s, call& c) {
    const auto bucket = s.records.find_bucket(c.bucket());
    if (!bucket)
        co_return oss_error("NoSuchBucket").with("BucketName", c.bucket());
    auto given = properties_of(c, *bucket, s.settings.most);
    if (!given)
        co_return given.error();
    if (const auto may = check_overwrite(c, s.records.find(c.bucket(), c.key())); !may)
        co_return may.error();
    const auto encoding = c.parameter_text("encoding-type");
    if (!encoding.empty() && encoding != "url")
        co_return invalid_argument("Invalid encoding-type.", "encoding-type", encoding);

    upload_record r;
    r.id = unique_name();
    r.key = c.key();
    r.initiated = c.now;
    r.given = std::move(*given);
    r.given.acl = properties().acl; // given when the upload is completed
    r.forbid_overwrite = c.header_text("x-oss-forbid-overwrite") == "true";
    const auto id = r.id;
    const auto made = co_await s.records.create_upload(c.bucket(), r);
    if (!made)
        co_return made.error();
    xml_document document("InitiateMultipartUploadResult");
    if (!encoding.empty())
        add(document.root, "EncodingType", encoding);
    add(document.root, "Bucket", c.bucket());
    add(document.root, "Key", encoding.empty() ? c.key() : http::percent_encode(c.key()));
    add(document.root, "UploadId", id);
    answer a(document);
    echo_encryption(a, r.given);
    co_return std::move(a);
}

awaitable<reply> operations::upload_part(service& s, call& c) {
    const auto number = part_number(c, s.settings.most);
    if (!number)
        co_return number.error();
    const auto upload = find_upload(s, c);
    if (!upload)
        co_return upload.error();
    const auto most = s.settings.most.object;
    if (const auto fits = check_body(c, most); !fits)
        co_return fits.error();
    auto writer = co_await s.blobs.create();
    if (!writer)
        co_return store_failure(writer.error());
    auto stored = co_await receive(**writer, c, most);
    if (!stored)
        co_return stored.error();
    const auto digest = content_md5(stored->md5);
    const auto part = make_part(*number, std::move(*stored), s.now());
    const upload_key key(c.key(), upload->id);
    const auto kept = co_await s.records.put_part(c.bucket(), key, part);
    if (!kept)
        co_return kept.error();
    answer a;
    a.set("etag", quoted(part.etag));
    a.set("x-oss-hash-crc64ecma", std::to_string(part.crc64));
    a.set("content-md5", digest);
    co_return std::move(a);
}

awaitable<reply> operations::copy_part(service& s, call& c) {
    const auto number = part_number(c, s.settings.most);
    if (!number)
        co_return number.error();
    const auto upload = find_upload(s, c);
    if (!upload)
        co_return upload.error();
    const auto from = find_copy_source(s, c);
    if (!from)
        co_return from.error();
    if (from->object->type == object_type::symlink)
        co_return oss_error("InvalidTargetType");

    // Unlike that of a GET, this range must lie in the source.
    std::uint64_t offset = 0;
    std::uint64_t length = from->object->size;
    if (const auto* const range = c.header("x-oss-copy-source-range")) {
        const auto part = apply_range(*range, from->object->size, range_behavior::ignore_invalid);
        if (part.status != 206)
            co_return oss_error("InvalidRange")
                .with("ActualObjectSize", std::to_string(from->object->size))
                .with("RangeRequested", *range);
        offset = part.offset;
        length = part.length;
    }
    if (length > s.settings.most.object)
        co_return oss_error("EntityTooLarge");
    auto stored = co_await copy_content(s, from->object->pieces, offset, length);
    if (!stored)
        co_return stored.error();
    const auto part = make_part(*number, std::move(*stored), s.now());
    const upload_key key(c.key(), upload->id);
    const auto kept = co_await s.records.put_part(c.bucket(), key, part);
    if (!kept)
        co_return kept.error();
    // No x-oss-hash-crc64ecma: nothing says that OSS tells it of a copy, so nobody may need it.
    auto a = copy_answer("CopyPartResult", part.etag, part.modified);
    a.set("etag", quoted(part.etag));
    co_return std::move(a);
}

awaitable<reply> operations::complete_upload(service& s, call& c) {
    const auto encoding = c.parameter_text("encoding-type");
    if (!encoding.empty() && encoding != "url")
        co_return invalid_argument("Invalid encoding-type.", "encoding-type", encoding);
    if (const auto fits = check_body(c, s.settings.most.document); !fits)
        co_return fits.error();
    const auto text = co_await receive_text(c, s.settings.most.document);
    if (!text)
        co_return text.error();

    // Under the key's lock, so that an upload is completed once.
    const auto held = co_await s.records.lock(c.bucket(), c.key());
    const auto id = c.parameter_text("uploadId");
    const auto upload = s.records.copy_upload(c.bucket(), c.key(), id);
    if (!upload)
        co_return oss_error("NoSuchUpload").with("UploadId", id);
    const auto parts = choose_parts(c, *upload, *text);
    if (!parts)
        co_return parts.error();
    if (const auto fits = check_sizes(*parts, s.settings.most); !fits)
        co_return fits.error();
    const auto existing = s.records.find(c.bucket(), c.key());
    if (const auto may = check_overwrite(c, existing); !may)
        co_return may.error();
    if (upload->about.forbid_overwrite && existing)
        co_return oss_error("FileAlreadyExists").with("Key", c.key());

    const auto object = std::make_shared<object_record>(join(*upload, *parts));
    object->modified = s.now();
    if (const auto* const acl = c.header("x-oss-object-acl"))
        object->given.acl = *acl;
    if (!is_object_acl(object->given.acl))
        co_return invalid_argument("no such object access control exists", "x-oss-object-acl",
                                   object->given.acl);
    const auto published = co_await s.records.publish(c.bucket(), object);
    if (!published)
        co_return published.error();
    const upload_key key(c.key(), id);
    const auto removed = co_await s.records.remove_upload(c.bucket(), key);
    if (!removed)
        co_return removed.error();

    xml_document document("CompleteMultipartUploadResult");
    if (!encoding.empty())
        add(document.root, "EncodingType", encoding);
    add(document.root, "Location", "http://" + c.request.host + c.request.path);
    add(document.root, "Bucket", c.bucket());
    add(document.root, "Key", encoding.empty() ? c.key() : http::percent_encode(c.key()));
    add(document.root, "ETag", quoted(object->etag));
    answer a(document);
    describe_written(a, *object);
    co_return std::move(a);
}

awaitable<reply> operations::abort_upload(service& s, call& c) {
    const auto held = co_await s.records.lock(c.bucket(), c.key());
    const auto upload = find_upload(s, c);
    if (!upload)
        co_return upload.error();
    const upload_key key(c.key(), upload->id);
    const auto removed = co_await s.records.remove_upload(c.bucket(), key);
    if (!removed)
        co_return removed.error();
    co_return answer(204);
}

} // namespace objftpd::oss_server
