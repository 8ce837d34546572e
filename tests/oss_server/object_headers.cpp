#include "tests/oss_server/object_headers.hpp"

#include "storage/http/encoding.hpp"
#include "storage/http/signing.hpp"
#include "tests/oss_server/text.hpp"

#include <algorithm>
#include <array>

namespace objftpd::oss_server {
namespace {

constexpr auto content_headers = std::to_array<const char*>({
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
});
constexpr auto object_acls =
    std::to_array<std::string_view>({"default", "private", "public-read", "public-read-write"});
constexpr auto storage_classes = std::to_array<std::string_view>(
    {"Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"});
constexpr auto encryptions = std::to_array<std::string_view>({"AES256", "KMS", "SM4"});
constexpr std::string_view user_prefix = "x-oss-meta-";

template <class Names>
bool is_one_of(const Names& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

} // namespace

bool is_object_acl(const std::string& acl) {
    return is_one_of(object_acls, acl);
}

bool is_bucket_acl(const std::string& acl) {
    return acl != "default" && is_object_acl(acl);
}

bool is_storage_class(const std::string& name) {
    return is_one_of(storage_classes, name);
}

outcome<tag_list> parse_tags(const std::string& text) {
    tag_list tags;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        const auto equals = pair.find('=');
        const auto name = http::percent_decode(pair.substr(0, equals));
        const auto value = http::percent_decode(equals == pair.npos ? std::string_view()
                                                                    : pair.substr(equals + 1));
        if (!name || !value)
            return invalid_argument("The tagging is not valid.", "x-oss-tagging", text);
        tags.emplace_back(*name, *value);
    }
    const auto fits = check_tags(tags);
    if (!fits)
        return fits.error();
    return tags;
}

outcome<> check_tags(const tag_list& tags) {
    bool valid = tags.size() <= 10;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        const auto& [name, value] = tags[i];
        valid = valid && !name.empty() && name.size() <= 128 && value.size() <= 256;
        for (std::size_t k = 0; k < i; ++k)
            valid = valid && tags[k].first != name;
    }
    if (!valid)
        return oss_error("InvalidArgument", "The tags are not valid.");
    return {};
}

outcome<properties> properties_of(const call& c, const bucket_record& bucket, const limits& most) {
    properties p;
    for (const auto* const name : content_headers)
        if (const auto* const value = c.header(name))
            p.content[name] = *value;
    p.content.try_emplace("content-type", "application/octet-stream");

    std::size_t total = 0;
    for (const auto& h : c.request.headers)
        if (h.name.starts_with(user_prefix)) {
            total += h.name.size() + h.value.size();
            p.user[h.name.substr(user_prefix.size())] = h.value;
        }
    if (total > most.user_metadata)
        return oss_error("InvalidArgument", "The user metadata is larger than allowed.");

    if (const auto* const acl = c.header("x-oss-object-acl"))
        p.acl = *acl;
    if (!is_object_acl(p.acl))
        return invalid_argument("no such object access control exists", "x-oss-object-acl", p.acl);
    p.storage_class = bucket.storage_class;
    if (const auto* const name = c.header("x-oss-storage-class"))
        p.storage_class = *name;
    if (!is_storage_class(p.storage_class))
        return invalid_argument("The storage class you specified is invalid.",
                                "x-oss-storage-class", p.storage_class);
    if (const auto* const name = c.header("x-oss-server-side-encryption")) {
        if (!is_one_of(encryptions, *name))
            return oss_error("InvalidEncryptionAlgorithmError");
        p.encryption = *name;
        p.encryption_key = c.header_text("x-oss-server-side-encryption-key-id");
    }
    auto tags = parse_tags(c.header_text("x-oss-tagging"));
    if (!tags)
        return tags.error();
    p.tags = std::move(*tags);
    return p;
}

bool is_archived(const object_record& o, std::chrono::sys_seconds now) {
    const auto& name = o.given.storage_class;
    if (name == "Standard" || name == "IA")
        return false;
    return !o.restored || now < o.restored->ready || now >= o.restored->expires;
}

std::string quoted(const std::string& etag) {
    return '"' + etag + '"';
}

void echo_encryption(answer& a, const properties& given) {
    if (given.encryption.empty())
        return;
    a.set("x-oss-server-side-encryption", given.encryption);
    if (!given.encryption_key.empty())
        a.set("x-oss-server-side-encryption-key-id", given.encryption_key);
}

void describe(answer& a, const object_record& o, std::chrono::sys_seconds now) {
    for (const auto& [name, value] : o.given.content)
        a.set(name, value);
    a.set("etag", quoted(o.etag));
    a.set("last-modified", http::http_date(o.modified));
    a.set("accept-ranges", "bytes");
    a.set("x-oss-object-type", name_of(o.type));
    a.set("x-oss-storage-class", o.given.storage_class);
    if (o.crc64)
        a.set("x-oss-hash-crc64ecma", std::to_string(*o.crc64));
    if (!o.md5.empty())
        a.set("content-md5", o.md5);
    if (o.type == object_type::appendable)
        a.set("x-oss-next-append-position", std::to_string(o.size));
    if (!o.given.tags.empty())
        a.set("x-oss-tagging-count", std::to_string(o.given.tags.size()));
    echo_encryption(a, o.given);
    if (o.restored && now < o.restored->ready)
        a.set("x-oss-restore", "ongoing-request=\"true\"");
    else if (o.restored && now < o.restored->expires)
        a.set("x-oss-restore", "ongoing-request=\"false\", expiry-date=\"" +
                                   http::http_date(o.restored->expires) + '"');
    for (const auto& [name, value] : o.given.user)
        a.set(std::string(user_prefix) + name, value);
}

void describe_written(answer& a, const object_record& o) {
    a.set("etag", quoted(o.etag));
    if (o.crc64)
        a.set("x-oss-hash-crc64ecma", std::to_string(*o.crc64));
    if (!o.md5.empty())
        a.set("content-md5", o.md5);
    echo_encryption(a, o.given);
}

outcome<> check_overwrite(const call& c, const object_ptr& existing) {
    const auto wanted = c.header_text("x-oss-forbid-overwrite");
    if (wanted.empty() || wanted == "false")
        return {};
    if (wanted != "true")
        return invalid_argument("The value is neither true nor false.", "x-oss-forbid-overwrite",
                                wanted);
    if (existing)
        return oss_error("FileAlreadyExists").with("Key", c.key());
    return {};
}

} // namespace objftpd::oss_server
