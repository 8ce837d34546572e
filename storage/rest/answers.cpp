#include "storage/rest/answers.hpp"

#include "config/ascii_text.hpp"
#include "storage/error.hpp"
#include "storage/http/encoding.hpp"
#include "storage/rest/xml.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace objftpd::storage::rest {
namespace {

using namespace xml;

// SECURITY: a page that does not say whether it is the last one could hide the rest of a
// directory, and whoever mirrors it would delete that. Only one that counts its entries, all of
// them here, may leave it out.
std::optional<bool> truncation(const pugi::xml_node& root, const list_answer& page) {
    if (child(root, "IsTruncated"))
        return truth(root, "IsTruncated");
    const auto entries = page.objects.size() + page.prefixes.size();
    if (number<std::uint64_t>(root, "KeyCount") != entries)
        return std::nullopt;
    return !text(root, "NextContinuationToken").empty();
}

// A store that ignores what it does not know.
bool is_version_1(const pugi::xml_node& root) {
    return child(root, "Marker") && !child(root, "KeyCount") &&
           !child(root, "NextContinuationToken");
}

// To be passed back as it came. OSS alone encodes it with some of its versions; S3's may hold any
// character, with Ceph it is a key.
std::string continuation_token(const pugi::xml_node& root) {
    auto token = text(root, "NextContinuationToken");
    const std::string_view vocabulary = root.attribute("xmlns").value();
    if (token.find('%') == token.npos || vocabulary.find("s3.amazonaws.com") != vocabulary.npos)
        return token;
    return http::percent_decode(token).value_or(token);
}

// S3 names them like headers: ChecksumCRC32C is x-amz-checksum-crc32c.
std::vector<http::header> checksums_of(const pugi::xml_node& node) {
    constexpr std::string_view amazons = "Checksum";
    std::vector<http::header> all;
    for (const auto element : node.children()) {
        const auto name = local_name(element);
        if (name.starts_with(amazons))
            all.emplace_back("x-amz-checksum-" + config::to_lower(name.substr(amazons.size())),
                             element.text().get());
        else if (name == "HashCrc64ecma")
            all.emplace_back("x-oss-hash-crc64ecma", element.text().get());
    }
    return all;
}

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size())
        return std::nullopt;
    unsigned value = 0;
    const auto* const begin = text.data() + at;
    const auto [rest, failed] = std::from_chars(begin, begin + count, value);
    if (failed != std::errc() || rest != begin + count)
        return std::nullopt;
    return value;
}

timestamp point_in_time(std::optional<unsigned> year, std::optional<unsigned> month,
                        std::optional<unsigned> day, std::string_view clock) {
    const auto hour = digits(clock, 0, 2);
    const auto minute = digits(clock, 3, 2);
    const auto second = digits(clock, 6, 2);
    if (!year || !month || !day || !hour || !minute || !second)
        return {};
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day));
    // Nanoseconds in 64 bits end in 2262.
    if (!date.ok() || *year < 1970 || *year > 2261 || *hour > 23 || *minute > 59 || *second > 60)
        return {};
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second);
}

} // namespace

std::optional<vendor_error> parse_error(std::string_view xml) {
    const document doc(xml);
    auto root = doc.root({"Error", "ErrorResponse"});
    if (local_name(root) == "ErrorResponse")
        root = child(root, "Error");
    if (!root)
        return std::nullopt;
    vendor_error e;
    e.code = text(root, "Code");
    e.message = text(root, "Message");
    e.request_id = text(root, "RequestId");
    e.detail = text(root, "EC");
    e.region = text(root, "Region");
    e.endpoint = text(root, "Endpoint");
    e.server_time = text(root, "ServerTime");
    return e;
}

result<list_answer> parse_list(std::string_view xml, list_version asked) {
    const document doc(xml);
    const auto root = doc.root({"ListBucketResult"});
    if (!root)
        return errc::unavailable;
    const name_reader names(root);
    list_answer answer;
    answer.version = asked == list_version::v2 && is_version_1(root) ? list_version::v1 : asked;
    for (const auto node : root.children()) {
        if (local_name(node) == "Contents") {
            const auto key = names.read(text(node, "Key"));
            const auto size = number<std::uint64_t>(node, "Size");
            if (!key || !size)
                return errc::unavailable;
            // Listings tell fractions that HEAD does not know: one time for both.
            const auto modified =
                std::chrono::floor<std::chrono::seconds>(parse_time(text(node, "LastModified")));
            answer.objects.push_back({*key, *size, modified, unquoted(text(node, "ETag")),
                                      text(node, "StorageClass"), text(node, "Type")});
        } else if (local_name(node) == "CommonPrefixes") {
            const auto prefix = names.read(text(node, "Prefix"));
            if (!prefix)
                return errc::unavailable;
            answer.prefixes.push_back(*prefix);
        }
    }
    // All stores say which bucket they list.
    const bool is_empty = answer.objects.empty() && answer.prefixes.empty();
    const auto truncated = truncation(root, answer);
    if (!truncated || (is_empty && !child(root, "Name")))
        return errc::unavailable;
    answer.truncated = *truncated;
    if (!answer.truncated)
        return answer;
    if (answer.version == list_version::v2) {
        answer.next = continuation_token(root);
    } else {
        // NextMarker is encoded or not, as each store likes, and left out without a delimiter.
        if (!answer.objects.empty())
            answer.next = answer.objects.back().key;
        if (!answer.prefixes.empty())
            answer.next = std::max(answer.next, answer.prefixes.back());
    }
    // SECURITY: a store that says "more" without saying where would be asked for ever.
    if (answer.next.empty())
        return errc::unavailable;
    return answer;
}

result<std::string> parse_upload_id(std::string_view xml) {
    const document doc(xml);
    const auto id = text(doc.root({"InitiateMultipartUploadResult"}), "UploadId");
    if (id.empty())
        return errc::unavailable;
    return id;
}

result<stored_answer> parse_stored(std::string_view xml) {
    const document doc(xml);
    const auto root =
        doc.root({"CompleteMultipartUploadResult", "CopyObjectResult", "CopyPartResult"});
    if (!root)
        return errc::unavailable;
    return stored_answer{unquoted(text(root, "ETag")), checksums_of(root)};
}

result<parts_answer> parse_parts(std::string_view xml) {
    const document doc(xml);
    const auto root = doc.root({"ListPartsResult"});
    if (!root)
        return errc::unavailable;
    parts_answer answer;
    for (const auto node : root.children()) {
        if (local_name(node) != "Part")
            continue;
        const auto part_number = number<unsigned>(node, "PartNumber");
        const auto size = number<std::uint64_t>(node, "Size");
        if (!part_number || !size)
            return errc::unavailable;
        auto etag = unquoted(text(node, "ETag"));
        const auto told = checksums_in(checksums_of(node), etag);
        answer.parts.push_back({*part_number, *size, std::move(etag), told.crcs,
                                parse_time(text(node, "LastModified"))});
    }
    answer.checksum = upload_checksum_in(checksums_of(root));
    if (is_true(root, "IsTruncated")) {
        answer.next = text(root, "NextPartNumberMarker");
        if (answer.next.empty())
            return errc::unavailable;
    }
    return answer;
}

result<uploads_answer> parse_uploads(std::string_view xml) {
    const document doc(xml);
    const auto root = doc.root({"ListMultipartUploadsResult"});
    if (!root)
        return errc::unavailable;
    const name_reader names(root);
    uploads_answer answer;
    for (const auto node : root.children()) {
        if (local_name(node) != "Upload")
            continue;
        const auto key = names.read(text(node, "Key"));
        if (!key)
            return errc::unavailable;
        answer.uploads.push_back(
            {*key, text(node, "UploadId"), parse_time(text(node, "Initiated"))});
    }
    answer.truncated = is_true(root, "IsTruncated");
    const auto next_key = names.read(text(root, "NextKeyMarker"));
    if (!next_key || (answer.truncated && next_key->empty()))
        return errc::unavailable;
    answer.next_key = *next_key;
    answer.next_upload_id = text(root, "NextUploadIdMarker");
    return answer;
}

result<std::vector<delete_failure>> parse_delete(std::string_view xml) {
    std::vector<delete_failure> failures;
    if (xml.find('<') == xml.npos) // OSS in quiet mode: no body when all went well
        return failures;
    const document doc(xml);
    const auto root = doc.root({"DeleteResult"});
    if (!root)
        return errc::unavailable;
    const name_reader names(root);
    for (const auto node : root.children()) {
        if (local_name(node) != "Error")
            continue;
        const auto key = names.read(text(node, "Key"));
        if (!key)
            return errc::unavailable;
        failures.push_back({*key, text(node, "Code"), text(node, "Message")});
    }
    return failures;
}

std::optional<assumed_role> parse_assumed_role(std::string_view xml) {
    const document doc(xml);
    const auto root = doc.root({"AssumeRoleResponse", "AssumeRoleWithWebIdentityResponse"});
    auto result = child(root, "AssumeRoleResult");
    if (!result)
        result = child(root, "AssumeRoleWithWebIdentityResult");
    const auto given = child(result, "Credentials");
    assumed_role r;
    r.key_id = text(given, "AccessKeyId");
    r.secret = text(given, "SecretAccessKey");
    r.session_token = text(given, "SessionToken");
    r.expiration = text(given, "Expiration");
    if (r.key_id.empty() || r.secret.empty())
        return std::nullopt;
    return r;
}

timestamp parse_time(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T')
        return {};
    const auto whole =
        point_in_time(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2), text.substr(11));
    if (whole == timestamp() || text[19] != '.')
        return whole;
    const auto end = text.find_first_not_of("0123456789", 20);
    auto fraction = text.substr(20, end == text.npos ? text.npos : end - 20).substr(0, 9);
    const auto value = digits(fraction, 0, fraction.size());
    if (!value || fraction.empty())
        return whole;
    std::int64_t nanoseconds = *value;
    for (auto i = fraction.size(); i < 9; ++i)
        nanoseconds *= 10;
    return whole + std::chrono::nanoseconds(nanoseconds);
}

timestamp parse_http_time(std::string_view text) {
    constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() < 29 || text.substr(26, 3) != "GMT")
        return {};
    const auto month = std::ranges::find(months, text.substr(8, 3));
    if (month == months.end())
        return {};
    return point_in_time(digits(text, 12, 4), static_cast<unsigned>(month - months.begin()) + 1,
                         digits(text, 5, 2), text.substr(17));
}

std::string unquoted(std::string_view etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

} // namespace objftpd::storage::rest
