#include "storage/rest/object_headers.hpp"

#include "config/ascii_text.hpp"
#include "storage/error.hpp"
#include "storage/rest/answers.hpp"

#include <algorithm>
#include <string_view>

namespace objftpd::storage::rest {
namespace {

// What belongs to an object beside its content, in the same words in answers and requests.
bool is_kept(std::string_view name, std::string_view prefix) {
    for (const auto* const same : {"cache-control", "content-disposition", "content-encoding",
                                   "content-language", "expires"})
        if (name == same)
            return true;
    if (!name.starts_with(prefix))
        return false;
    name.remove_prefix(prefix.size());
    return name.starts_with("meta-") || name == "website-redirect-location";
}

// Stores that encrypt with keys of a service or of the client give ETags that look like MD5s.
bool is_md5(const std::string& etag, const std::vector<http::header>& headers,
            const dialect& speech) {
    const auto* const encryption = http::find(headers, speech.own("server-side-encryption"));
    const auto* const type = http::find(headers, speech.own("object-type"));
    return speech.etags_are_md5s() && looks_like_md5(etag) &&
           (encryption == nullptr || *encryption == "AES256") &&
           http::find(headers, speech.own("server-side-encryption-customer-algorithm")) ==
               nullptr &&
           (type == nullptr || *type == "Normal");
}

stored make_stored(std::string etag, const std::vector<http::header>& headers,
                   const dialect& speech) {
    stored s;
    static_cast<told_checksums&>(s) = checksums_in(headers, etag);
    s.etag_is_md5 = is_md5(etag, headers, speech);
    if (s.etag_is_md5)
        s.hashes.insert(s.hashes.begin(), {hash_algorithm::md5, config::to_lower(etag)});
    s.etag = std::move(etag);
    return s;
}

std::string noted_md5_header(const dialect& speech) {
    return speech.own("meta-md5chksum");
}

// An object that grows by AppendObject keeps what was noted before.
std::string noted_md5(const answer& a, const dialect& speech) {
    const auto* const type = a.find(speech.own("object-type"));
    const auto* const noted = a.find(noted_md5_header(speech));
    if (noted == nullptr || (type != nullptr && (*type == "Appendable" || *type == "Symlink")))
        return {};
    return md5_in_base64(*noted).value_or(std::string());
}

} // namespace

bool looks_like_md5(std::string_view etag) {
    return etag.size() == 32 &&
           etag.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void add_unless_empty(call& c, std::string name, const std::string& value) {
    if (!value.empty())
        c.headers.emplace_back(std::move(name), value);
}

void add_placement(call& c, const dialect& speech, const config::upload_attributes& a) {
    add_unless_empty(c, speech.own("storage-class"), a.storage_class);
    add_unless_empty(c, std::string(speech.acl_header()), a.acl);
    add_unless_empty(c, speech.own("server-side-encryption"), a.encryption);
    add_unless_empty(c, std::string(speech.encryption_key_header()), a.encryption_key);
}

void add_attributes(call& c, const dialect& speech, const object_attributes& a) {
    add_unless_empty(c, "content-type",
                     a.content_type.empty() ? "application/octet-stream" : a.content_type);
    add_placement(c, speech, a);
    add_unless_empty(c, speech.own("tagging"), a.tags);
    for (const auto& h : a.kept)
        c.headers.push_back(h);
    for (const auto& [name, value] : a.metadata)
        if (auto header = speech.own("meta-" + name);
            std::ranges::find(a.kept, header, &http::header::name) == a.kept.end())
            c.headers.emplace_back(std::move(header), value);
}

bool marks_directory(const object_head& head) {
    const auto& type = head.content_type;
    return head.size == 0 && (type == "application/x-directory" || type == "httpd/unix-directory" ||
                              type == "application/directory");
}

std::string time_of_change_header(const dialect& speech) {
    return speech.own("meta-") + time_of_change_name;
}

std::optional<timestamp> time_of_change(const object_head& head, const dialect& speech) {
    const auto* const text = http::find(head.kept, time_of_change_header(speech));
    if (text == nullptr)
        return std::nullopt;
    const auto dot = std::min(text->find('.'), text->size());
    const auto seconds = config::parse_decimal(std::string_view(*text).substr(0, dot));
    constexpr std::uint64_t end_of_64_bits = 9'223'372'036; // of nanoseconds: in 2262
    if (!seconds || *seconds >= end_of_64_bits)
        return std::nullopt;
    return timestamp(std::chrono::seconds(*seconds)); // FTP tells whole ones
}

bool tells_of_content(const http::header& kept, const dialect& speech) {
    return kept.name == time_of_change_header(speech) || kept.name == noted_md5_header(speech);
}

std::optional<std::string> known_hash(const object_head& head, hash_algorithm algorithm) {
    for (const auto& known : head.hashes)
        if (known.algorithm == algorithm)
            return known.hex;
    if (algorithm == hash_algorithm::md5 && !head.noted_md5.empty())
        return head.noted_md5;
    const auto sum = head.crcs.find(crc_kind::crc32);
    if (algorithm != hash_algorithm::crc32 || !sum)
        return std::nullopt;
    return hex_of({crc_kind::crc32, *sum});
}

archive_state archive_state_of(const std::vector<http::header>& headers, const dialect& speech) {
    if (const auto* const restore = http::find(headers, speech.own("restore")))
        return restore->find("ongoing-request=\"true\"") == restore->npos
                   ? archive_state::readable
                   : archive_state::under_way;
    if (http::find(headers, speech.own("archive-status")) != nullptr)
        return archive_state::archived;
    const auto* const its_class = http::find(headers, speech.own("storage-class"));
    for (const auto* const archive :
         {"GLACIER", "DEEP_ARCHIVE", "Archive", "ColdArchive", "DeepColdArchive"})
        if (its_class != nullptr && *its_class == archive)
            return archive_state::archived;
    return archive_state::readable;
}

stored stored_from(const answer& a, const dialect& speech) {
    const auto* const etag = a.find("etag");
    return make_stored(etag == nullptr ? std::string() : unquoted(*etag), a.headers, speech);
}

result<stored> stored_in_text(const answer& a, const dialect& speech) {
    auto told = parse_stored(a.text);
    if (!told)
        return told.error();
    auto headers = a.headers;
    headers.insert(headers.end(), told->checksums.begin(), told->checksums.end());
    return make_stored(std::move(told->etag), headers, speech);
}

// SECURITY: an answer that does not say how long it is must not pass for an empty object.
result<object_head> head_from(const answer& a, const dialect& speech) {
    object_head h;
    static_cast<stored&>(h) = stored_from(a, speech);
    const auto* const length = a.find("content-length");
    const auto size = length == nullptr ? std::nullopt : config::parse_decimal(*length);
    if (!size)
        return errc::unavailable;
    h.size = *size;
    if (const auto* const time = a.find("last-modified"))
        h.modified = parse_http_time(*time);
    const auto told = [&](std::string_view name) {
        const auto* const value = a.find(name);
        return value == nullptr ? std::string() : *value;
    };
    h.content_type = told("content-type");
    h.storage_class = told(speech.own("storage-class"));
    h.encryption = told(speech.own("server-side-encryption"));
    h.encryption_key = told(speech.encryption_key_header());
    h.is_locked = !told(speech.own("object-lock-mode")).empty() ||
                  told(speech.own("object-lock-legal-hold")) == "ON";
    h.is_link = told(speech.own("object-type")) == "Symlink";
    h.noted_md5 = noted_md5(a, speech);
    const auto tags = told(speech.own("tagging-count"));
    h.tagged = !tags.empty() && tags != "0";
    for (const auto& header : a.headers)
        if (is_kept(header.name, speech.prefix()))
            h.kept.push_back(header);
    return h;
}

std::optional<content_range> content_range_of(const answer& a) {
    const auto* const header = a.find("content-range");
    const auto text = header == nullptr ? std::string_view() : std::string_view(*header);
    const auto dash = text.find('-');
    const auto slash = text.find('/');
    if (!text.starts_with("bytes ") || dash == text.npos || slash == text.npos || slash < dash)
        return std::nullopt;
    const auto first = config::parse_decimal(text.substr(6, dash - 6));
    const auto last = config::parse_decimal(text.substr(dash + 1, slash - dash - 1));
    const auto size = config::parse_decimal(text.substr(slash + 1));
    if (!first || !last || !size || *first > *last || *last >= *size)
        return std::nullopt;
    return content_range{*first, *last + 1, *size};
}

} // namespace objftpd::storage::rest
