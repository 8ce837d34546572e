#include "storage/rest/trust.hpp"

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

constexpr std::string_view blanks = " \t\r\n";

bool tells_checksum(const answer& a) {
    return a.find("x-oss-hash-crc64ecma") != nullptr ||
           std::ranges::any_of(a.headers, [](const http::header& h) {
               return h.name.starts_with("x-amz-checksum-");
           });
}

// Stores have nothing to say in the body of an answer to PUT.
bool is_page(const answer& a) {
    const auto* const type = a.find("content-type");
    const auto* const length = a.find("content-length");
    return type != nullptr && type->starts_with("text/html") &&
           (length == nullptr || *length != "0");
}

std::string_view result_of(operation o) {
    switch (o) {
    case operation::list_objects:
        return "ListBucketResult";
    case operation::delete_objects:
        return "DeleteResult";
    case operation::copy_object:
        return "CopyObjectResult";
    case operation::create_upload:
        return "InitiateMultipartUploadResult";
    case operation::copy_part:
        return "CopyPartResult";
    case operation::complete_upload:
        return "CompleteMultipartUploadResult";
    case operation::list_parts:
        return "ListPartsResult";
    case operation::list_uploads:
        return "ListMultipartUploadsResult";
    case operation::get_acl:
        return "AccessControlPolicy";
    case operation::get_tags:
        return "Tagging";
    case operation::list_versions:
        return "ListVersionsResult";
    default:
        return {};
    }
}

// The name of the tag that begins at the front, without its namespace.
std::string_view local_name(std::string_view tag) {
    const auto name = tag.substr(0, tag.find_first_of(" \t\r\n/>"));
    const auto colon = name.find(':');
    return colon == name.npos ? name : name.substr(colon + 1);
}

// From the name of the first element on; empty if there is none.
std::string_view from_root(std::string_view xml) {
    for (;;) {
        const auto begin = xml.find('<');
        if (begin == xml.npos)
            return {};
        xml.remove_prefix(begin + 1);
        if (!xml.starts_with('?') && !xml.starts_with('!'))
            return xml;
        const std::string_view end = xml.starts_with('?')     ? "?>"
                                     : xml.starts_with("!--") ? "-->"
                                                              : ">";
        xml.remove_prefix(std::min(xml.find(end), xml.size()));
    }
}

} // namespace

bool is_foreign(const call& c, const answer& a) {
    if (a.request_id() != nullptr || c.key.empty()) // about a bucket: told by the document
        return false;
    switch (c.what) {
    case operation::head_object:
    case operation::get_object:
        return a.find("etag") == nullptr;
    case operation::put_object:
    case operation::upload_part:
        return a.find("etag") == nullptr || is_page(a);
    case operation::delete_object:
    case operation::abort_upload:
        return a.status != 204;
    default: // told by the document in it, if it has one
        return result_of(c.what).empty();
    }
}

bool is_document(std::string_view xml, std::string_view root) {
    xml = xml.substr(0, xml.find_last_not_of(blanks) + 1);
    const auto content = from_root(xml);
    if (local_name(content) != root || !content.ends_with('>'))
        return false;
    const auto last = content.rfind("</");
    if (last == content.npos)
        return content.ends_with("/>") && content.find('<') == content.npos;
    return local_name(content.substr(last + 2)) == root;
}

bool is_complete(const call& c, const answer& a) {
    if ((c.what == operation::put_object || c.what == operation::upload_part) && !c.key.empty())
        return !is_document(a.text, "Error") && (a.find("etag") != nullptr || tells_checksum(a));
    const bool silent = a.text.find('<') == a.text.npos;
    if (c.what == operation::delete_objects && silent) // OSS, when all went well
        return a.request_id() != nullptr;
    const auto root = result_of(c.what);
    return root.empty() || is_document(a.text, root);
}

bool leads_on(const list_answer& page, std::string_view after, list_version version) {
    if (!page.truncated)
        return true;
    return version == list_version::v2 ? page.next != after : page.next > after;
}

} // namespace objftpd::storage::rest
