#include "storage/rest/checksums.hpp"

#include "config/ascii_text.hpp"
#include "storage/http/encoding.hpp"

namespace objftpd::storage::rest {
namespace {

constexpr std::string_view amazons = "x-amz-checksum-";

struct crc_row {
    crc_kind kind;
    std::string_view name;
};
constexpr std::array crc_rows = {
    crc_row{crc_kind::crc32, "CRC32"},
    crc_row{crc_kind::crc32c, "CRC32C"},
    crc_row{crc_kind::crc64nvme, "CRC64NVME"},
};

struct hash_row {
    hash_algorithm algorithm;
    std::string_view name;
    std::size_t size; // bytes
};
constexpr std::array hash_rows = {
    hash_row{hash_algorithm::md5, "md5", 16},
    hash_row{hash_algorithm::sha1, "sha1", 20},
    hash_row{hash_algorithm::sha256, "sha256", 32},
    hash_row{hash_algorithm::sha512, "sha512", 64},
};

std::optional<std::string> bytes_in(std::string_view base64, std::size_t size) {
    auto bytes = http::from_base64(base64);
    if (!bytes || bytes->size() != size)
        return std::nullopt;
    return bytes;
}

// The highest first.
std::vector<unsigned char> bytes_of(const crc_sum& sum) {
    std::vector<unsigned char> bytes;
    for (auto left = bits_of(sum.kind); left > 0; left -= 8)
        bytes.push_back(static_cast<unsigned char>(sum.value >> (left - 8)));
    return bytes;
}

std::string hex_of(std::string_view bytes) {
    return http::to_hex({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

const std::string& told(const std::vector<http::header>& headers, std::string_view name) {
    static const std::string nothing;
    const auto* const value = http::find(headers, name);
    return value == nullptr ? nothing : *value;
}

// "COMPOSITE" is a checksum of parts' checksums. Stores that do not say which it is have them for
// what was stored in parts, and a range that is one part has that part's.
bool is_of_whole(const std::vector<http::header>& headers, std::string_view etag) {
    const auto& type = told(headers, "x-amz-checksum-type");
    return type.empty() ? etag.find('-') == etag.npos : type == "FULL_OBJECT";
}

void take_amazons(const std::vector<http::header>& headers, told_checksums& into) {
    for (const auto& row : crc_rows) {
        const auto bytes = bytes_in(told(headers, header_of(row.kind)), bits_of(row.kind) / 8);
        if (!bytes)
            continue;
        crc_sum sum{row.kind, 0};
        for (const char byte : *bytes)
            sum.value = sum.value << 8 | static_cast<unsigned char>(byte);
        into.crcs.set(sum);
    }
    for (const auto& row : hash_rows) {
        const auto text = told(headers, std::string(amazons) + std::string(row.name));
        if (const auto bytes = bytes_in(text, row.size))
            into.hashes.push_back({row.algorithm, hex_of(*bytes)});
    }
}

} // namespace

told_checksums checksums_in(const std::vector<http::header>& headers, std::string_view etag) {
    told_checksums all;
    if (const auto crc = config::parse_decimal(told(headers, "x-oss-hash-crc64ecma")))
        all.crcs.set({crc_kind::crc64, *crc});
    if (told(headers, "x-oss-object-type") == "Normal") // others have grown, or are links
        if (auto md5 = md5_in_base64(told(headers, "content-md5")))
            all.hashes.push_back({hash_algorithm::md5, std::move(*md5)});
    if (is_of_whole(headers, etag))
        take_amazons(headers, all);
    return all;
}

upload_checksum upload_checksum_in(const std::vector<http::header>& headers) {
    upload_checksum begun;
    const auto& algorithm = told(headers, "x-amz-checksum-algorithm");
    for (const auto& row : crc_rows)
        if (algorithm == row.name)
            begun.kind = row.kind;
    begun.of_whole = begun.kind && told(headers, "x-amz-checksum-type") == "FULL_OBJECT";
    return begun;
}

std::string_view name_of(crc_kind kind) {
    for (const auto& row : crc_rows)
        if (row.kind == kind)
            return row.name;
    return {};
}

std::string header_of(crc_kind kind) {
    return std::string(amazons) + config::to_lower(name_of(kind));
}

std::string text_of(const crc_sum& sum) {
    return http::to_base64(bytes_of(sum));
}

std::string hex_of(const crc_sum& sum) {
    return http::to_hex(bytes_of(sum));
}

std::optional<std::string> md5_in_base64(std::string_view text) {
    const auto bytes = bytes_in(text, 16);
    if (!bytes)
        return std::nullopt;
    return hex_of(*bytes);
}

} // namespace objftpd::storage::rest
