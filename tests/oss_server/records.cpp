#include "tests/oss_server/records.hpp"

#include <boost/json.hpp>

#include <array>
#include <stdexcept>

namespace objftpd::oss_server {
namespace {

namespace json = boost::json;

constexpr std::array type_names = {"Normal", "Multipart", "Appendable", "Symlink"};

json::value to_value(const std::map<std::string, std::string>& texts) {
    json::object out;
    for (const auto& [name, text] : texts)
        out[name] = text;
    return out;
}

std::map<std::string, std::string> to_map(const json::value& v) {
    std::map<std::string, std::string> out;
    for (const auto& [name, text] : v.as_object())
        out[std::string(name)] = std::string(text.as_string());
    return out;
}

json::value to_value(const std::vector<piece>& pieces) {
    json::array out;
    for (const auto& p : pieces)
        out.push_back(json::array{json::string(p.data->name()), p.size});
    return out;
}

std::uint64_t number(const json::value& v) {
    return v.to_number<std::uint64_t>();
}

std::vector<piece> to_pieces(const json::value& v, blob_store& blobs) {
    std::vector<piece> out;
    for (const auto& p : v.as_array())
        out.emplace_back(blobs.adopt(std::string(p.at(0).as_string())), number(p.at(1)));
    return out;
}

std::int64_t to_number(std::chrono::sys_seconds t) {
    return t.time_since_epoch().count();
}

std::chrono::sys_seconds time_of(const json::value& v) {
    return std::chrono::sys_seconds(std::chrono::seconds(v.to_number<std::int64_t>()));
}

std::string text_of(const json::value& v) {
    return std::string(v.as_string());
}

json::value to_value(const properties& p) {
    json::object out;
    out["content"] = to_value(p.content);
    out["user"] = to_value(p.user);
    out["acl"] = p.acl;
    out["storage_class"] = p.storage_class;
    out["encryption"] = p.encryption;
    out["encryption_key"] = p.encryption_key;
    json::array tags;
    for (const auto& [name, text] : p.tags)
        tags.push_back(json::array{json::string(name), json::string(text)});
    out["tags"] = std::move(tags);
    return out;
}

properties to_properties(const json::value& v) {
    properties p;
    p.content = to_map(v.at("content"));
    p.user = to_map(v.at("user"));
    p.acl = text_of(v.at("acl"));
    p.storage_class = text_of(v.at("storage_class"));
    p.encryption = text_of(v.at("encryption"));
    p.encryption_key = text_of(v.at("encryption_key"));
    for (const auto& tag : v.at("tags").as_array())
        p.tags.emplace_back(text_of(tag.at(0)), text_of(tag.at(1)));
    return p;
}

} // namespace

const char* name_of(object_type type) {
    return type_names.at(static_cast<std::size_t>(type));
}

object_ptr make_directory(std::string key, std::chrono::sys_seconds modified) {
    object_record r;
    r.key = std::move(key);
    r.modified = modified;
    r.etag = "D41D8CD98F00B204E9800998ECF8427E"; // of nothing
    r.crc64 = 0;
    r.given.content["content-type"] = "application/x-directory";
    return std::make_shared<const object_record>(std::move(r));
}

std::string to_json(const bucket_record& r) {
    json::object out;
    out["name"] = r.name;
    out["created"] = to_number(r.created);
    out["acl"] = r.acl;
    out["storage_class"] = r.storage_class;
    out["hierarchical"] = r.hierarchical;
    return json::serialize(out);
}

bucket_record parse_bucket(const std::string& text) {
    const auto v = json::parse(text);
    bucket_record r;
    r.name = text_of(v.at("name"));
    r.created = time_of(v.at("created"));
    r.acl = text_of(v.at("acl"));
    r.storage_class = text_of(v.at("storage_class"));
    r.hierarchical = v.at("hierarchical").as_bool();
    return r;
}

std::string to_json(const object_record& r) {
    json::object out;
    out["key"] = r.key;
    out["type"] = name_of(r.type);
    out["size"] = r.size;
    out["modified"] = to_number(r.modified);
    out["etag"] = r.etag;
    if (r.crc64)
        out["crc64"] = *r.crc64;
    out["md5"] = r.md5;
    out["pieces"] = to_value(r.pieces);
    out["given"] = to_value(r.given);
    out["target"] = r.target;
    if (r.restored)
        out["restored"] = json::array{to_number(r.restored->ready), to_number(r.restored->expires)};
    return json::serialize(out);
}

object_record parse_object(const std::string& text, blob_store& blobs) {
    const auto v = json::parse(text);
    const auto& fields = v.as_object();
    object_record r;
    r.key = text_of(v.at("key"));
    const auto type = std::ranges::find(type_names, text_of(v.at("type")));
    if (type == type_names.end())
        throw std::runtime_error("no such type of object");
    r.type = static_cast<object_type>(type - type_names.begin());
    r.size = number(v.at("size"));
    r.modified = time_of(v.at("modified"));
    r.etag = text_of(v.at("etag"));
    if (const auto* const crc = fields.if_contains("crc64"))
        r.crc64 = number(*crc);
    r.md5 = text_of(v.at("md5"));
    r.pieces = to_pieces(v.at("pieces"), blobs);
    r.given = to_properties(v.at("given"));
    r.target = text_of(v.at("target"));
    if (const auto* const times = fields.if_contains("restored"))
        r.restored = restoration{time_of(times->at(0)), time_of(times->at(1))};
    return r;
}

std::string to_json(const upload_record& r) {
    json::object out;
    out["id"] = r.id;
    out["key"] = r.key;
    out["initiated"] = to_number(r.initiated);
    out["given"] = to_value(r.given);
    out["forbid_overwrite"] = r.forbid_overwrite;
    return json::serialize(out);
}

upload_record parse_upload(const std::string& text) {
    const auto v = json::parse(text);
    upload_record r;
    r.id = text_of(v.at("id"));
    r.key = text_of(v.at("key"));
    r.initiated = time_of(v.at("initiated"));
    r.given = to_properties(v.at("given"));
    r.forbid_overwrite = v.at("forbid_overwrite").as_bool();
    return r;
}

std::string to_json(const part_record& r) {
    json::object out;
    out["number"] = r.number;
    out["size"] = r.size;
    out["modified"] = to_number(r.modified);
    out["etag"] = r.etag;
    out["crc64"] = r.crc64;
    out["pieces"] = to_value(r.pieces);
    return json::serialize(out);
}

part_record parse_part(const std::string& text, blob_store& blobs) {
    const auto v = json::parse(text);
    part_record r;
    r.number = static_cast<unsigned>(number(v.at("number")));
    r.size = number(v.at("size"));
    r.modified = time_of(v.at("modified"));
    r.etag = text_of(v.at("etag"));
    r.crc64 = number(v.at("crc64"));
    r.pieces = to_pieces(v.at("pieces"), blobs);
    return r;
}

} // namespace objftpd::oss_server
