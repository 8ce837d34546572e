#include "storage/http/encoding.hpp"
#include "tests/oss_server/listing.hpp"
#include "tests/oss_server/object_headers.hpp"
#include "tests/oss_server/operations.hpp"
#include "tests/oss_server/text.hpp"

#include <algorithm>

namespace objftpd::oss_server {
namespace {

/// Writes names as the request wants them: as they are or, with encoding-type=url, encoded. Only
/// so can XML hold every key.
class name_writer {
public:
    static outcome<name_writer> of(const call& c) {
        const auto type = c.parameter_text("encoding-type");
        if (!type.empty() && type != "url")
            return invalid_argument("Invalid Encoding Method specified in Request.",
                                    "encoding-type", type);
        return name_writer(!type.empty());
    }

    void add(pugi::xml_node& parent, const char* name, const std::string& text) const {
        oss_server::add(parent, name, encoded_ ? http::percent_encode(text) : text);
    }

    void announce(pugi::xml_node& parent) const {
        if (encoded_)
            oss_server::add(parent, "EncodingType", "url");
    }

private:
    explicit name_writer(bool e) : encoded_(e) {}
    bool encoded_;
};

outcome<unsigned> page_size(const call& c, const char* name, unsigned unasked, unsigned most) {
    const auto text = c.parameter_text(name);
    if (text.empty())
        return unasked;
    const auto n = parse_number(text);
    if (!n || *n > most)
        return invalid_argument("Argument " + std::string(name) +
                                    " must be an integer between 0 and " + std::to_string(most) +
                                    '.',
                                name, text);
    return static_cast<unsigned>(*n);
}

/// One page, while it is put together.
struct page {
    struct entry {
        std::string key;
        object_ptr object; // null: a folder
    };
    std::vector<entry> entries; // in the order of their names
    bool truncated = false;
};

page collect(const service& s, const call& c, const std::string& marker, unsigned max) {
    page p;
    p.truncated = false;
    const auto has_room = [&] {
        p.truncated = p.entries.size() == max;
        return !p.truncated;
    };
    if (max == 0)
        return p;
    s.records.with_bucket(c.bucket(), [&](const bucket_state& b) {
        walk(
            b.objects, c.parameter_text("prefix"), c.parameter_text("delimiter"), marker,
            [&](const std::string& key, const object_ptr& object) {
                if (!has_room())
                    return false;
                p.entries.push_back({key, object});
                return true;
            },
            [&](const std::string& folder) {
                if (!has_room())
                    return false;
                p.entries.push_back({folder, nullptr});
                return true;
            });
    });
    return p;
}

enum class owner { shown, hidden };

void add_entries(pugi::xml_node& root, const page& p, const name_writer& names, owner o,
                 std::chrono::sys_seconds now) {
    for (const auto& e : p.entries) {
        if (!e.object)
            continue;
        auto node = root.append_child("Contents");
        names.add(node, "Key", e.key);
        add(node, "LastModified", xml_time(e.object->modified));
        add(node, "ETag", quoted(e.object->etag));
        add(node, "Type", name_of(e.object->type));
        add(node, "Size", e.object->size);
        add(node, "StorageClass", e.object->given.storage_class);
        if (e.object->restored && now < e.object->restored->expires)
            add(node, "RestoreInfo",
                now < e.object->restored->ready ? "ongoing-request=\"true\""
                                                : "ongoing-request=\"false\"");
        if (o == owner::shown) {
            auto who = node.append_child("Owner");
            add(who, "ID", "1000000000000001");
            add(who, "DisplayName", "1000000000000001");
        }
    }
    for (const auto& e : p.entries)
        if (!e.object) {
            auto node = root.append_child("CommonPrefixes");
            names.add(node, "Prefix", e.key);
        }
}

// Opaque to clients, and nothing that any encoding changes.
std::string to_token(const std::string& name) {
    auto text = http::to_base64({reinterpret_cast<const unsigned char*>(name.data()), name.size()});
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    std::ranges::replace(text, '=', '.');
    return "C" + text;
}

std::optional<std::string> from_token(std::string text) {
    if (!text.starts_with('C'))
        return std::nullopt;
    text.erase(0, 1);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    std::ranges::replace(text, '.', '=');
    return http::from_base64(text);
}

awaitable<reply> list_v1(service& s, call& c, unsigned max, const name_writer& names) {
    const auto marker = c.parameter_text("marker");
    const auto p = collect(s, c, marker, max);
    xml_document document("ListBucketResult");
    auto& root = document.root;
    add(root, "Name", c.bucket());
    names.add(root, "Prefix", c.parameter_text("prefix"));
    names.add(root, "Marker", marker);
    add(root, "MaxKeys", max);
    names.add(root, "Delimiter", c.parameter_text("delimiter"));
    names.announce(root);
    add(root, "IsTruncated", p.truncated ? "true" : "false");
    if (p.truncated)
        names.add(root, "NextMarker", p.entries.back().key);
    add_entries(root, p, names, owner::shown, c.now);
    co_return answer(document);
}

awaitable<reply> list_v2(service& s, call& c, unsigned max, const name_writer& names) {
    const auto start_after = c.parameter_text("start-after");
    const auto* const token = c.parameter("continuation-token");
    auto marker = start_after;
    if (token != nullptr && !token->empty()) {
        const auto name = from_token(*token);
        if (!name)
            co_return invalid_argument("The continuation token is not valid.", "continuation-token",
                                       *token);
        marker = *name;
    }
    const auto p = collect(s, c, marker, max);
    xml_document document("ListBucketResult");
    auto& root = document.root;
    add(root, "Name", c.bucket());
    names.add(root, "Prefix", c.parameter_text("prefix"));
    if (!start_after.empty())
        names.add(root, "StartAfter", start_after);
    if (token != nullptr)
        add(root, "ContinuationToken", *token);
    add(root, "MaxKeys", max);
    names.add(root, "Delimiter", c.parameter_text("delimiter"));
    names.announce(root);
    add(root, "IsTruncated", p.truncated ? "true" : "false");
    if (p.truncated)
        add(root, "NextContinuationToken", to_token(p.entries.back().key));
    add_entries(root, p, names,
                c.parameter_text("fetch-owner") == "true" ? owner::shown : owner::hidden, c.now);
    add(root, "KeyCount", p.entries.size());
    co_return answer(document);
}

} // namespace

awaitable<reply> operations::list_objects(service& s, call& c) {
    const auto& most = s.settings.most;
    const auto max = page_size(c, "max-keys", most.default_page, most.page);
    if (!max)
        co_return max.error();
    const auto names = name_writer::of(c);
    if (!names)
        co_return names.error();
    const auto* const version = c.parameter("list-type");
    if (version == nullptr)
        co_return co_await list_v1(s, c, *max, *names);
    if (*version != "2")
        co_return invalid_argument("The list type is not valid.", "list-type", *version);
    co_return co_await list_v2(s, c, *max, *names);
}

awaitable<reply> operations::list_uploads(service& s, call& c) {
    const auto max = page_size(c, "max-uploads", s.settings.most.page, s.settings.most.page);
    if (!max)
        co_return max.error();
    const auto names = name_writer::of(c);
    if (!names)
        co_return names.error();
    const auto prefix = c.parameter_text("prefix");
    const auto delimiter = c.parameter_text("delimiter");
    const auto key_marker = c.parameter_text("key-marker");
    const auto id_marker =
        key_marker.empty() ? std::string() : c.parameter_text("upload-id-marker");

    std::vector<upload_record> uploads;
    std::vector<std::string> folders;
    upload_key last;
    bool truncated = false;
    s.records.with_bucket(c.bucket(), [&](const bucket_state& b) {
        for (const auto& [key, upload] : b.uploads) {
            if (!key.first.starts_with(prefix) || key.first < key_marker ||
                (key.first == key_marker && (id_marker.empty() || key.second <= id_marker)))
                continue;
            const auto folder = folder_of(key.first, prefix, delimiter);
            if (folder &&
                (*folder == key_marker || (!folders.empty() && folders.back() == *folder)))
                continue;
            if ((truncated = uploads.size() + folders.size() >= *max))
                return;
            if (folder) {
                folders.push_back(*folder);
                last = {*folder, ""};
            } else {
                uploads.push_back(upload.about);
                last = key;
            }
        }
    });

    xml_document document("ListMultipartUploadsResult");
    auto& root = document.root;
    names->announce(root);
    add(root, "Bucket", c.bucket());
    names->add(root, "KeyMarker", key_marker);
    add(root, "UploadIdMarker", id_marker);
    names->add(root, "NextKeyMarker", truncated ? last.first : std::string());
    add(root, "NextUploadIdMarker", truncated ? last.second : std::string());
    names->add(root, "Delimiter", delimiter);
    names->add(root, "Prefix", prefix);
    add(root, "MaxUploads", *max);
    add(root, "IsTruncated", truncated ? "true" : "false");
    for (const auto& u : uploads) {
        auto node = root.append_child("Upload");
        names->add(node, "Key", u.key);
        add(node, "UploadId", u.id);
        add(node, "StorageClass", u.given.storage_class);
        add(node, "Initiated", xml_time(u.initiated));
    }
    for (const auto& folder : folders) {
        auto node = root.append_child("CommonPrefixes");
        names->add(node, "Prefix", folder);
    }
    co_return answer(document);
}

awaitable<reply> operations::list_parts(service& s, call& c) {
    const auto max = page_size(c, "max-parts", s.settings.most.page, s.settings.most.page);
    if (!max)
        co_return max.error();
    const auto marker = page_size(c, "part-number-marker", 0, s.settings.most.parts);
    if (!marker)
        co_return marker.error();
    const auto names = name_writer::of(c);
    if (!names)
        co_return names.error();
    const auto id = c.parameter_text("uploadId");
    const auto upload = s.records.copy_upload(c.bucket(), c.key(), id);
    if (!upload)
        co_return oss_error("NoSuchUpload").with("UploadId", id);

    std::vector<const part_record*> parts;
    bool truncated = false;
    for (auto at = upload->parts.upper_bound(*marker); at != upload->parts.end(); ++at) {
        if ((truncated = parts.size() >= *max))
            break;
        parts.push_back(&at->second);
    }
    xml_document document("ListPartsResult");
    auto& root = document.root;
    names->announce(root);
    add(root, "Bucket", c.bucket());
    names->add(root, "Key", c.key());
    add(root, "UploadId", id);
    add(root, "StorageClass", upload->about.given.storage_class);
    add(root, "PartNumberMarker", *marker);
    if (!parts.empty())
        add(root, "NextPartNumberMarker", parts.back()->number);
    add(root, "MaxParts", *max);
    add(root, "IsTruncated", truncated ? "true" : "false");
    for (const auto* const p : parts) {
        auto node = root.append_child("Part");
        add(node, "PartNumber", p->number);
        add(node, "LastModified", xml_time(p->modified));
        add(node, "ETag", quoted(p->etag));
        add(node, "HashCrc64ecma", p->crc64);
        add(node, "Size", p->size);
    }
    co_return answer(document);
}

} // namespace objftpd::oss_server
