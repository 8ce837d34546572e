#include "storage/rest/bodies.hpp"

#include "config/utf8.hpp"

#include <algorithm>

namespace objftpd::storage::rest {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        case '\r': // a parser would make a line feed of it
            out += "&#13;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

std::string checksum_element(const std::optional<crc_sum>& crc) {
    if (!crc)
        return {};
    const auto name = "Checksum" + std::string(name_of(crc->kind));
    return '<' + name + '>' + text_of(*crc) + "</" + name + '>';
}

} // namespace

std::string complete_body(std::span<const completed_part> parts) {
    std::string out = "<CompleteMultipartUpload>";
    for (const auto& p : parts)
        out += "<Part><PartNumber>" + std::to_string(p.number) + "</PartNumber><ETag>&quot;" +
               escaped(p.etag) + "&quot;</ETag>" + checksum_element(p.crc) + "</Part>";
    return out + "</CompleteMultipartUpload>";
}

std::string delete_body(std::span<const std::string> keys) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Delete><Quiet>true</Quiet>";
    for (const auto& key : keys)
        out += "<Object><Key>" + escaped(key) + "</Key></Object>";
    return out + "</Delete>";
}

std::string tags_body(std::span<const named_value> tags) {
    std::string out = "<Tagging><TagSet>";
    for (const auto& tag : tags)
        out += "<Tag><Key>" + escaped(tag.name) + "</Key><Value>" + escaped(tag.value) +
               "</Value></Tag>";
    return out + "</TagSet></Tagging>";
}

std::string restore_body(unsigned days) {
    return "<RestoreRequest><Days>" + std::to_string(days) + "</Days></RestoreRequest>";
}

bool fits_xml(std::string_view key) {
    const bool control = std::ranges::any_of(key, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 && c != '\t' && c != '\n' && c != '\r';
    });
    // U+FFFE and U+FFFF are the other two that XML does not have.
    return !control && config::is_utf8(key) && key.find("\xEF\xBF\xBE") == key.npos &&
           key.find("\xEF\xBF\xBF") == key.npos;
}

} // namespace objftpd::storage::rest
